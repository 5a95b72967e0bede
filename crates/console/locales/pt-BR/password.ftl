# Senha perdida: pedir um link, a carta, a nova senha.
password-lost-link = Esqueceu a senha?
password-lost = Recuperar a senha
password-lost-about = Escreva o endereço com que você entra. Um e-mail trará um link para definir uma nova senha.
password-lost-send = Enviar um link
password-lost-sent = Confira seu e-mail
password-lost-sent-about = Se { $email } for o endereço de uma conta daqui, você receberá um e-mail com um link. O link funciona uma vez só, durante uma hora.
password-lost-sent-else = Não chegou nada? Procure no spam ou escreva o endereço de novo. Senão, quem administra este Postrider pode criar um link para você.
password-lost-asked = Este Postrider não conhece o próprio endereço e por isso não envia links. Quem o administra pode criar um com este comando:
password-new = Nova senha
password-new-about = Para a conta { $email }. Todas as suas sessões serão encerradas.
password-new-field = Nova senha
password-new-set = Salvar a senha
password-new-over = Este link não vale mais
password-new-over-text = Ele já foi usado ou tem mais de uma hora. Peça outro.
password-new-again = Pedir outro link
password-new-done = Sua senha foi alterada. Entre com ela.
password-mail-subject = Nova senha para sua conta no Postrider
password-mail-intro = Olá, { $name }. Alguém pediu uma nova senha para a conta { $email }.
password-mail-set = Definir uma nova senha
password-mail-link = Ou abra este endereço no navegador:
password-mail-expires = { $n ->
    [one] O link funciona uma vez só, durante { $n } minuto.
    *[other] O link funciona uma vez só, durante { $n } minutos.
}
password-mail-ignore = Se não foi você, ignore este e-mail: sua senha continua a mesma.
