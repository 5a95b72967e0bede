SELECT epoch FROM node_start WHERE ended_us IS NULL ORDER BY epoch DESC LIMIT :limit
