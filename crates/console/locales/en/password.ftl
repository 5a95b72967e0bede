# A lost password: asking for a link, the letter, the new password.
password-lost-link = Forgot your password?
password-lost = A lost password
password-lost-about = Write the address with which you sign in. An email brings you a link to set a new password.
password-lost-send = Send me a link
password-lost-sent = Check your mail
password-lost-sent-about = If { $email } is the address of an account here, an email with a link is on its way to it. The link opens once, within an hour.
password-lost-sent-else = Nothing came? Look in your spam folder, or write the address again. Otherwise, whoever runs this Postrider can make you a link.
password-lost-asked = This Postrider does not know its own address, so it sends no links. Whoever runs it can make you one with this command:
password-new = A new password
password-new-about = For the account { $email }. You will be signed out everywhere.
password-new-field = New password
password-new-set = Set the password
password-new-over = This link is over
password-new-over-text = It was used, or is older than an hour. Ask for another one.
password-new-again = Ask for another link
password-new-done = Your password is changed. Sign in with it.
password-mail-subject = A new password for your Postrider account
password-mail-intro = Hello { $name }. Somebody asked for a new password for the account { $email }.
password-mail-set = Set a new password
password-mail-link = Or open this address in your browser:
password-mail-expires = { $n ->
    [one] The link opens once, within { $n } minute.
    *[other] The link opens once, within { $n } minutes.
}
password-mail-ignore = If it was not you, ignore this email: your password stays as it is.
