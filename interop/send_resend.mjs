// Sends one message by the unmodified Resend SDK for Node.
//
// usage: send_resend.mjs MODULES URL KEY FROM TO SUBJECT

import { createRequire } from "node:module";

const [modules, url, key, from, to, subject] = process.argv.slice(2);
process.env.RESEND_BASE_URL = url;
const { Resend } = createRequire(modules + "/")("resend");
const { data, error } = await new Resend(key).emails.send({
  from,
  to: [to],
  subject,
  html: "<p>Hello from the SDK</p>",
  text: "Hello from the SDK",
  tags: [{ name: "kind", value: "interop" }],
});
if (error || !data?.id) {
  console.error(error);
  process.exit(1);
}
console.log(data.id);
