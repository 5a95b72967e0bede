# How mail stands.
status-delivered = Entregado
status-deferred = Aplazado
status-bounced = Devuelto
status-failed = Fallido
status-not-sent = No enviado
status-cancelled = Cancelado
status-scheduled = Programado
status-queued = En cola
