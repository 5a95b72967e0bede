-- What the verdict needs of deliveries. A fixed number of places, so that the text is always the same; those not needed hold 0.
SELECT d.id, d.workspace_id, d.message_id, d.disposition, d.finished_us,
  (SELECT max(a.peer) FROM event e JOIN attempt a ON a.id = e.attempt_id
   WHERE e.message_id = d.message_id AND e.delivery_id = d.id AND e.name = 'email.delivered')
FROM delivery d WHERE d.id IN
  (:i0, :i1, :i2, :i3, :i4, :i5, :i6, :i7, :i8, :i9, :i10, :i11, :i12, :i13, :i14, :i15, :i16,
   :i17, :i18, :i19, :i20, :i21, :i22, :i23, :i24, :i25, :i26, :i27, :i28, :i29, :i30, :i31, :i32,
   :i33, :i34, :i35, :i36, :i37, :i38, :i39, :i40, :i41, :i42, :i43, :i44, :i45, :i46, :i47, :i48,
   :i49)
