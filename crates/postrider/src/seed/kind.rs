//! The kinds of mail that the shop sends: their templates, streams, tags and subjects.

/// By which way a kind of mail comes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Way {
    Api,
    Smtp,
}

/// One kind.
pub struct Kind {
    /// The value of the tag `kind`.
    pub name: &'static str,
    /// The gallery's template that it is made of.
    pub template: Option<&'static str>,
    /// The stream's name.
    pub stream: &'static str,
    /// Local part and domain of the author, and the name beside it.
    pub author: (&'static str, &'static str),
    /// The key's place among the firm's.
    pub key: usize,
    pub way: Way,
    pub weight: u64,
    /// Goes out in campaigns: some hours of a week have it all.
    pub campaign: bool,
    /// By language, in the order of [`super::scene::LOCALES`]; `{n}` is a number, `{name}` the recipient.
    pub subjects: [&'static [&'static str]; 4],
}

const SHOP: (&str, &str) = ("hola@marea.example", "Marea");
const BILLING: (&str, &str) = ("facturas@cuentas.marea.example", "Marea · Facturación");
const NEWS: (&str, &str) = ("novedades@boletin.marea.example", "Novedades de Marea");

/// Names of campaigns; a week has one.
pub const CAMPAIGNS: [&str; 8] =
    ["otoño", "black-week", "navidad", "rebajas", "san-valentín", "primavera", "verano", "vuelta-al-cole"];

/// All of them.
pub const KINDS: &[Kind] = &[
    Kind {
        name: "order",
        template: Some("order-confirmation"),
        stream: "transactional",
        author: SHOP,
        key: 0,
        way: Way::Api,
        weight: 17,
        campaign: false,
        subjects: [
            &["Hemos recibido tu pedido {n}", "Pedido {n}: gracias, {name}"],
            &["We have your order {n}", "Order {n} confirmed"],
            &["Recebemos o seu pedido {n}", "Pedido {n} confirmado, {name}"],
            &["已收到您的订单 {n}", "订单 {n} 确认"],
        ],
    },
    Kind {
        name: "shipping",
        template: Some("shipping"),
        stream: "transactional",
        author: SHOP,
        key: 0,
        way: Way::Api,
        weight: 14,
        campaign: false,
        subjects: [
            &["Tu pedido {n} va de camino", "Entrega prevista mañana: pedido {n}"],
            &["Your order {n} is on its way"],
            &["O seu pedido {n} está a caminho"],
            &["您的订单 {n} 已发货"],
        ],
    },
    Kind {
        name: "password",
        template: Some("password-reset"),
        stream: "transactional",
        author: SHOP,
        key: 0,
        way: Way::Api,
        weight: 7,
        campaign: false,
        subjects: [
            &["Restablece tu contraseña"],
            &["Reset your password"],
            &["Redefina a sua senha"],
            &["重置您的密码"],
        ],
    },
    Kind {
        name: "welcome",
        template: Some("welcome"),
        stream: "transactional",
        author: SHOP,
        key: 0,
        way: Way::Api,
        weight: 5,
        campaign: false,
        subjects: [
            &["Te damos la bienvenida, {name}"],
            &["Welcome aboard, {name}"],
            &["Boas-vindas, {name}"],
            &["欢迎加入，{name}"],
        ],
    },
    Kind {
        name: "invoice",
        template: None,
        stream: "cuentas",
        author: BILLING,
        key: 1,
        way: Way::Smtp,
        weight: 11,
        campaign: false,
        subjects: [
            &["Factura {n}", "Recordatorio: factura {n} pendiente"],
            &["Invoice {n}"],
            &["Fatura {n}", "Segunda via da fatura {n}"],
            &["发票 {n}"],
        ],
    },
    Kind {
        name: "receipt",
        template: Some("receipt"),
        stream: "cuentas",
        author: BILLING,
        key: 1,
        way: Way::Api,
        weight: 8,
        campaign: false,
        subjects: [
            &["Recibo de tu pago {n}"],
            &["Receipt for payment {n}"],
            &["Recibo do pagamento {n}"],
            &["付款收据 {n}"],
        ],
    },
    Kind {
        name: "newsletter",
        template: Some("activity-digest"),
        stream: "marketing",
        author: NEWS,
        key: 2,
        way: Way::Api,
        weight: 24,
        campaign: true,
        subjects: [
            &[
                "Lo nuevo de la semana en Marea",
                "{name}, esto te puede gustar",
                "Ideas para una casa junto al mar",
            ],
            &["New this week at Marea", "{name}, we thought of you", "A house by the sea: ten ideas"],
            &["Novidades da semana na Marea", "{name}, separamos isto para você"],
            &["Marea 本周新品", "{name}，为您精选"],
        ],
    },
    Kind {
        name: "price",
        template: Some("price-drop"),
        stream: "marketing",
        author: NEWS,
        key: 2,
        way: Way::Api,
        weight: 8,
        campaign: true,
        subjects: [
            &["Ha bajado de precio: {n} € menos", "Últimas unidades de tu lista"],
            &["Price drop on your list: {n} € off"],
            &["Baixou de preço: R$ {n} a menos"],
            &["您收藏的商品降价 {n} 元"],
        ],
    },
    Kind {
        name: "cart",
        template: Some("abandoned-cart"),
        stream: "marketing",
        author: NEWS,
        key: 2,
        way: Way::Api,
        weight: 6,
        campaign: false,
        subjects: [
            &["Tu carrito te espera, {name}"],
            &["You left something behind, {name}"],
            &["O seu carrinho está esperando"],
            &["购物车里的商品还在等您"],
        ],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_template_in_the_gallery() {
        for kind in KINDS {
            assert!(kind.template.is_none_or(|name| content::gallery::find(name).is_some()), "{}", kind.name);
            assert!(kind.subjects.iter().all(|subjects| !subjects.is_empty()), "{}", kind.name);
            assert!(mail::Address::parse(kind.author.0).is_ok());
        }
    }
}
