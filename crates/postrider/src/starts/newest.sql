SELECT max(epoch) FROM node_start
