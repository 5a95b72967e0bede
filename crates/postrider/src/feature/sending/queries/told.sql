-- A fixed number of places, so that the text is always the same; those not needed hold 0.
SELECT d.id, d.forward_path, m.author, m.subject, m.tags, m.metadata, m.message_id, m.stream_id, m.origin
FROM delivery d JOIN message m ON m.id = d.message_id
WHERE d.workspace_id = :workspace AND d.id IN
  (:i0, :i1, :i2, :i3, :i4, :i5, :i6, :i7, :i8, :i9, :i10, :i11, :i12, :i13, :i14, :i15, :i16, :i17,
   :i18, :i19, :i20, :i21, :i22, :i23, :i24, :i25, :i26, :i27, :i28, :i29, :i30, :i31, :i32, :i33,
   :i34, :i35, :i36, :i37, :i38, :i39, :i40, :i41, :i42, :i43, :i44, :i45, :i46, :i47, :i48, :i49)
