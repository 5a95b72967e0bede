// Sends one message by nodemailer, with an attachment, over STARTTLS when offered.
//
// usage: send_nodemailer.mjs MODULES HOST:PORT KEY FROM TO SUBJECT

import { createRequire } from "node:module";

const [modules, address, key, from, to, subject] = process.argv.slice(2);
const nodemailer = createRequire(modules + "/")("nodemailer");
const at = address.lastIndexOf(":");
const transport = nodemailer.createTransport({
  host: address.slice(0, at),
  port: Number(address.slice(at + 1)),
  auth: { user: "postrider", pass: key },
  // The certificate is made for development; what is tested is the session.
  tls: { rejectUnauthorized: false },
  pool: true,
});
const sent = await transport.sendMail({
  from,
  to,
  subject,
  text: "Plain text, Zürich\n.\n..dots\n",
  html: "<p>HTML with <b>bold</b></p>",
  attachments: [{ filename: "bytes.bin", content: Buffer.from([...Array(256).keys()]) }],
});
transport.close();
if (!sent.accepted.includes(to)) {
  console.error(sent);
  process.exit(1);
}
