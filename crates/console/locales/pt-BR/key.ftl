# API keys, and how programs connect.
keys = Chaves de API e SMTP
keys-about = Com uma chave, um programa pode enviar e-mails por HTTP ou por SMTP.
keys-title = Chaves
keys-empty-title = Ainda não há chaves
keys-empty-text = Crie uma para cada programa, para poder revogá-la separadamente.
key-name = Nome
key-name-hint = Qual programa a usa.
key-prefix = Começa com
key-scope = Permite
key-scope-full = tudo neste espaço
key-scope-role = o mesmo que o papel de quem a criou
key-scope-sending = só enviar
key-domain = De
key-domain-any = qualquer domínio
key-domain-gone = um domínio removido
key-used = Último uso
key-used-never = nunca
key-make-title = Criar uma chave
key-make = Criar chave
key-made-title = Sua nova chave
key-made-about = Copie { $name } agora: só é mostrada desta vez.
key-mistake-name = Dê um nome à chave, de até 100 caracteres.
key-mistake-domain = O espaço já não tem esse domínio.
key-mistake-many = O espaço já tem o máximo de chaves. Revogue uma antes.
key-revoke = Revogar
key-revoke-about = Os programas que têm { $name } não poderão enviar nada a partir deste momento.
key-revoke-sure = Revogar esta chave
smtp-title = SMTP
smtp-host = Servidor
smtp-port = Porta
smtp-starttls = STARTTLS
smtp-implicit = TLS desde o início
smtp-user = Usuário
smtp-user-any = qualquer um, por exemplo
smtp-password = Senha
smtp-password-key = uma chave de API
http-title = HTTP
snippets-title = Código para copiar
snippets-about = Coloque sua chave no lugar de YOUR_API_KEY.
keys-revoke = Revogar
keys-revoke-title = { $n ->
    [one] Revogar { $n } chave?
   *[other] Revogar { $n } chaves?
}
keys-revoke-text = { $n ->
    [one] Os programas que têm esta chave não poderão enviar nada a partir deste momento. Isso não pode ser desfeito.
    *[other] Os programas que têm estas { $n } chaves não poderão enviar nada a partir deste momento. Isso não pode ser desfeito.
}
