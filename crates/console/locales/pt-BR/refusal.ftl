# Why there is no page.
refusal-onward = Continuar
refusal-ask = Peça a uma destas pessoas: { $people }.
refusal-request = Pedido { $id }; o registro diz o resto.
refusal-not-found = Não há nada aqui
refusal-not-found-text = O endereço está errado, a coisa não existe mais ou pertence a um espaço que não é seu.
refusal-forbidden = Seu papel não inclui isto
refusal-forbidden-text = Como { $role } você não pode abrir esta página nem fazer esta mudança.
refusal-forged = O formulário não pôde ser aceito
refusal-forged-text = Era antigo demais ou veio de outro site. Nada foi mudado. Volte, recarregue a página e envie de novo.
refusal-setup = Este não é o link certo
refusal-setup-text = O link de configuração aparece onde o Postrider foi iniciado. Ele muda a cada início.
refusal-fault = Isto não funcionou
refusal-fault-text = A falha é nossa. Nada foi enviado; a mudança foi feita ou nem começou.
refusal-busy = Agora não
refusal-busy-text = O banco de dados não responde ou há pedidos demais. Tente de novo em alguns segundos.
