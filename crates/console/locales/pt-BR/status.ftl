# How mail stands.
status-delivered = Entregue
status-deferred = Adiada
status-bounced = Devolvida
status-failed = Falhou
status-not-sent = Não enviada
status-cancelled = Cancelada
status-scheduled = Agendada
status-queued = Na fila
