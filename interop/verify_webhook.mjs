// Verifies a webhook's request with the official library of Standard Webhooks and with Resend's SDK, and that a changed one
// is refused.
//
// usage: verify_webhook.mjs MODULES REQUEST
// REQUEST is a JSON object: secret, headers, body.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const [modules, path] = process.argv.slice(2);
const { secret, headers, body } = JSON.parse(readFileSync(path, "utf8"));
const require = createRequire(modules + "/");
const { Webhook } = require("standardwebhooks");
const event = new Webhook(secret).verify(body, headers);
console.log("valid:", event.type);

const { Resend } = require("resend");
const triple = { id: headers["svix-id"], timestamp: headers["svix-timestamp"], signature: headers["svix-signature"] };
const resend = new Resend("pr_none");
if (resend.webhooks.verify({ payload: body, headers: triple, webhookSecret: secret }).type !== event.type) process.exit(1);

for (const changed of [
  [body.replace("example", "changed"), headers],
  [body, { ...headers, "webhook-id": "evt_other" }],
]) {
  let taken = true;
  try {
    new Webhook(secret).verify(...changed);
  } catch {
    taken = false;
  }
  if (taken) {
    console.error("a changed request was taken");
    process.exit(1);
  }
}
