//! What the shop's templates are made of: a layout, a partial, a theme, a banner; and its logo.

use anyhow::Context;
use bytes::Bytes;
use content::{Part, PartKind, Source, ThemeChoice, Variant};

use super::firm::Site;
use crate::feature::access::admin::workspace_logo;
use crate::feature::image;
use crate::feature::template::admin as templates;
use crate::feature::template::parts::part_add;

const BANNER: &[u8] = include_bytes!("banner.png");
const LOGO: &[u8] = include_bytes!("logo.png");
const LAYOUT: &str = "<mjml>
  <mj-body background-color=\"{{ theme.color.background }}\">
    <mj-section padding=\"24px 24px 8px\">
      <mj-column>
        <mj-text font-size=\"22px\" font-weight=\"700\" color=\"{{ theme.color.brand }}\">Marea</mj-text>
      </mj-column>
    </mj-section>
    {% block main %}{% endblock %}
  </mj-body>
</mjml>
";
const SIGNATURE: &str = "<mj-section padding=\"16px 24px\">
  <mj-column>
    <mj-text color=\"{{ theme.color.muted }}\">Lucía y el equipo de Marea</mj-text>
  </mj-column>
</mj-section>
";
const THEME: &str = "{
  \"color\": { \"brand\": \"#9a3412\", \"background\": \"#fff7ed\", \"muted\": \"#57534e\" }
}
";

/// Makes them, and a draft that names and shows all of them; the logo stands for the workspace.
pub(super) async fn furnish(site: &Site<'_>, workspace: i64) -> anyhow::Result<()> {
    let made = (&**site.mint, site.at);
    let banner = image::New::of(workspace, "otoño.png", Bytes::from_static(BANNER))?;
    let path = image::path(&kept(site, banner).await?);
    let logo = kept(site, image::New::of(workspace, "marea.png", Bytes::from_static(LOGO))?).await?;
    site.store.write(workspace_logo(workspace, Some(&logo))).await?;
    for (kind, name, text) in [
        (PartKind::Layout, "carta", LAYOUT.to_owned()),
        (PartKind::Partial, "firma", SIGNATURE.to_owned()),
        (PartKind::Theme, "otono", THEME.to_owned()),
    ] {
        part_add(site.store, made, workspace, &Part { kind, name: name.to_owned(), text }).await?;
    }
    let body = format!(
        "{{% extends \"carta\" %}}{{% block main %}}<mj-section><mj-column>\
         <mj-image src=\"https://marea.example{path}\" alt=\"\" />\
         <mj-text>{{{{ t.hello }}}}</mj-text></mj-column></mj-section>{{% include \"firma\" %}}{{% endblock %}}"
    );
    let strings = [("hello".to_owned(), "Ya es otoño en la costa.".to_owned())].into();
    let main = Variant { subject: Some("Otoño".into()), mjml: Some(body), strings, ..Variant::default() };
    let theme = ThemeChoice::Named("otono".into());
    let draft = Source { locale: "es".into(), main, theme, ..Source::default() };
    let new = templates::New { workspace, key: "otono", name: "Carta de otoño", draft: &draft };
    templates::template_add(site.store, made, new).await?;
    Ok(())
}

/// Keeps an image; gives its token.
async fn kept(site: &Site<'_>, new: image::New) -> anyhow::Result<String> {
    let (_, write) = image::kept::rows((site.mint, site.at), &new);
    site.store.write(write).await?;
    let kept = image::kept::same(site.store, new.workspace, &new.content).await?;
    Ok(kept.context("what was just kept")?.token)
}
