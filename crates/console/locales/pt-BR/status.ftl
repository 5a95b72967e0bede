# How mail stands.
status-delivered = Entregue
status-deferred = Adiado
status-bounced = Devolvido
status-failed = Falhou
status-not-sent = Não enviado
status-cancelled = Cancelado
status-scheduled = Agendado
status-queued = Na fila
