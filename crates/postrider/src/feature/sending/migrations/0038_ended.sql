-- Mail that ended otherwise than delivered: few among many, and what people look for.
CREATE INDEX delivery_ended ON delivery (workspace_id, disposition, message_id) WHERE disposition <> 'delivered';
