DELETE FROM oidc_flow WHERE id > :after AND id <= :upto
