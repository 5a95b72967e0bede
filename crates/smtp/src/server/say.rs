//! The replies that do not depend on anything, ready to be copied.
//!
//! Guarantees: each is one complete line with an enhanced status (RFC 2034), except 354 and 334 which have none.

pub(super) const OK: &[u8] = b"250 2.0.0 Ok\r\n";
pub(super) const SENDER_OK: &[u8] = b"250 2.1.0 Ok\r\n";
pub(super) const RECIPIENT_OK: &[u8] = b"250 2.1.5 Ok\r\n";
pub(super) const CHUNK_OK: &[u8] = b"250 2.0.0 Chunk received\r\n";
pub(super) const GO_AHEAD: &[u8] = b"354 End data with <CR><LF>.<CR><LF>\r\n";
pub(super) const START_TLS: &[u8] = b"220 2.0.0 Ready to start TLS\r\n";
pub(super) const BYE: &[u8] = b"221 2.0.0 Bye\r\n";
pub(super) const HELP: &[u8] =
    b"214 2.0.0 EHLO HELO STARTTLS AUTH MAIL RCPT DATA BDAT RSET NOOP VRFY HELP QUIT\r\n";
pub(super) const VERIFY: &[u8] = b"252 2.1.5 Cannot verify; send a message to find out\r\n";

pub(super) const AUTHENTICATED: &[u8] = b"235 2.7.0 Authentication succeeded\r\n";
pub(super) const AUTH_REFUSED: &[u8] = b"535 5.7.8 Authentication credentials invalid\r\n";
pub(super) const AUTH_UNAVAILABLE: &[u8] = b"454 4.7.0 Authentication is not possible at the moment\r\n";
pub(super) const AUTH_NEEDS_TLS: &[u8] = b"538 5.7.11 Encryption required: use STARTTLS first\r\n";
pub(super) const AUTH_MECHANISM: &[u8] =
    b"504 5.5.4 Authentication mechanism not supported: use PLAIN or LOGIN\r\n";
pub(super) const AUTH_CANCELLED: &[u8] = b"501 5.7.0 Authentication cancelled\r\n";
pub(super) const AUTH_SYNTAX: &[u8] = b"501 5.5.2 Not what this mechanism sends\r\n";
pub(super) const AUTH_TOO_LONG: &[u8] = b"500 5.5.6 Authentication line too long\r\n";
pub(super) const AUTH_TWICE: &[u8] = b"503 5.5.1 Already authenticated\r\n";
pub(super) const AUTH_MISSING: &[u8] = b"530 5.7.0 Authentication required\r\n";
pub(super) const TLS_MISSING: &[u8] = b"530 5.7.0 Must issue a STARTTLS command first, then authenticate\r\n";
/// RFC 4954 §4: an empty challenge.
pub(super) const SASL_PLAIN: &[u8] = b"334 \r\n";
/// "Username:" in base64.
pub(super) const SASL_USERNAME: &[u8] = b"334 VXNlcm5hbWU6\r\n";
/// "Password:" in base64.
pub(super) const SASL_PASSWORD: &[u8] = b"334 UGFzc3dvcmQ6\r\n";

pub(super) const TLS_TWICE: &[u8] = b"503 5.5.1 TLS is already on\r\n";
pub(super) const TLS_NOT_OFFERED: &[u8] = b"502 5.5.1 STARTTLS is not offered here\r\n";
pub(super) const NO_ARGUMENT: &[u8] = b"501 5.5.4 This command takes no argument\r\n";
pub(super) const HELLO_NAME: &[u8] = b"501 5.5.4 A name is needed: EHLO mail.example.org\r\n";
pub(super) const HELLO_FIRST: &[u8] = b"503 5.5.1 Send EHLO first\r\n";

pub(super) const LINE_TOO_LONG: &[u8] = b"500 5.5.2 Line too long\r\n";
pub(super) const BARE_LINE_END: &[u8] = b"500 5.5.2 Bare CR or LF: a line ends with CRLF\r\n";
pub(super) const NOT_TEXT: &[u8] = b"500 5.5.2 Command is not text\r\n";
pub(super) const UNKNOWN: &[u8] = b"500 5.5.1 Command not recognized\r\n";
pub(super) const NOT_IMPLEMENTED: &[u8] = b"502 5.5.1 Command not implemented\r\n";
pub(super) const BAD_SEQUENCE: &[u8] = b"503 5.5.1 Not possible at this point of the session\r\n";
pub(super) const NEEDS_MAIL: &[u8] = b"503 5.5.1 Send MAIL first\r\n";
pub(super) const NEEDS_RCPT: &[u8] = b"554 5.5.1 No valid recipients\r\n";
pub(super) const NOT_SMTP: &[u8] = b"421 4.7.0 This is an SMTP server\r\n";

pub(super) const MAIL_SYNTAX: &[u8] = b"501 5.5.4 Syntax: MAIL FROM:<address> [parameters]\r\n";
pub(super) const RCPT_SYNTAX: &[u8] = b"501 5.5.4 Syntax: RCPT TO:<address> [parameters]\r\n";
pub(super) const BDAT_SYNTAX: &[u8] =
    b"501 5.5.4 Syntax: BDAT octets [LAST]; the chunk cannot be told from commands\r\n";
pub(super) const SENDER_SYNTAX: &[u8] = b"501 5.1.7 Sender address is not valid\r\n";
pub(super) const RECIPIENT_SYNTAX: &[u8] = b"501 5.1.3 Recipient address is not valid\r\n";
pub(super) const POSTMASTER: &[u8] =
    b"550 5.1.1 Postmaster without a domain is not a mailbox here: add the domain\r\n";
pub(super) const NEEDS_SMTPUTF8: &[u8] =
    b"553 5.6.7 An address that is not ASCII needs the SMTPUTF8 parameter\r\n";
pub(super) const PARAMETER_UNKNOWN: &[u8] = b"555 5.5.4 Parameter not recognized\r\n";
pub(super) const PARAMETER_SYNTAX: &[u8] = b"501 5.5.4 Parameter value is not valid or given twice\r\n";
pub(super) const TOO_MANY_RECIPIENTS: &[u8] = b"452 4.5.3 Too many recipients\r\n";

pub(super) const NO_ROOM: &[u8] = b"452 4.3.1 Too much mail arrives at once: try again\r\n";
pub(super) const TOO_BIG: &[u8] = b"552 5.3.4 Message is larger than this server accepts\r\n";
pub(super) const CONTENT_BARE: &[u8] = b"550 5.6.0 bare CR/LF not accepted\r\n";
pub(super) const CONTENT_NUL: &[u8] = b"550 5.6.0 NUL octet not accepted\r\n";
pub(super) const CONTENT_LINE: &[u8] = b"550 5.6.0 A line of the message is too long\r\n";
