//! How a setting is declared: once, with its type, default, unit, bounds and reasons.
//!
//! [`section!`] turns one declaration into the struct that the program reads, the table that the parser checks keys
//! against, and the text that `postrider config --explain` prints. A default is written as it would stand in the
//! file, and is read by the same code: there is no second place where a value becomes a type.

/// One setting, as data: everything that a person or a program may want to know about it.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// The key inside its table.
    pub key: &'static str,
    /// What it does, in a sentence or two.
    pub doc: &'static str,
    /// What the value counts, or the form of its text.
    pub unit: &'static str,
    /// The default, in TOML. In a list of tables a default may be invalid on purpose: the setting must be written.
    pub default: &'static str,
    /// Least and greatest number, both allowed.
    pub range: Option<(i64, i64)>,
    /// A value to show in the sample, in TOML, where the default would not teach anything.
    pub example: Option<&'static str>,
    /// Why the default is what it is.
    pub because: &'static str,
}

/// A table of the file.
#[derive(Clone, Copy, Debug)]
pub struct Section {
    /// Where it stands: `""` is the top of the file, `smtp.trusted` a table in a table.
    pub path: &'static str,
    /// Whether it is a list of tables, `[[path]]`.
    pub repeated: bool,
    /// What it is about.
    pub doc: &'static str,
    pub settings: &'static [Setting],
}

impl Section {
    /// The setting's path from the top of the file: `smtp.listen`.
    #[must_use]
    pub fn path_of(&self, setting: &Setting) -> String {
        join(self.path, setting.key)
    }

    pub(super) fn setting(&self, key: &str) -> Option<&'static Setting> {
        self.settings.iter().find(|setting| setting.key == key)
    }
}

/// `table.key`, or `key` at the top of the file.
pub(super) fn join(table: &str, key: &str) -> String {
    if table.is_empty() { key.to_owned() } else { format!("{table}.{key}") }
}

/// The environment variable that overrides the setting at `path`.
#[must_use]
pub fn variable_of(path: &str) -> String {
    format!("{PREFIX}{}", path.replace('.', "__").to_uppercase())
}

/// What the names of all our environment variables begin with.
pub const PREFIX: &str = "POSTRIDER_";

/// Declares a table of the file: see the module's header, and `sections` for its use.
macro_rules! section {
    (
        $(#[doc = $about:literal])+
        $name:ident at $path:literal $($repeated:ident)? {$(
            $(#[doc = $doc:literal])+
            $field:ident: $type:ty {
                key: $key:literal, unit: $unit:literal, default: $default:tt,
                $(range: $least:literal to $greatest:literal,)?
                $(example: $example:literal,)?
                because: $because:literal $(,)?
            }
        )+}
    ) => {
        $(#[doc = $about])+
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name {$(
            $(#[doc = $doc])+
            pub $field: $type,
        )+}

        impl $name {
            pub(in crate::settings) const SECTION: Section = Section {
                path: $path,
                repeated: section!(@repeated $($repeated)?),
                doc: concat!($($about),+),
                settings: &[$(Setting {
                    key: $key,
                    doc: concat!($($doc),+),
                    unit: $unit,
                    default: stringify!($default),
                    range: section!(@optional $(($least, $greatest))?),
                    example: section!(@optional $($example)?),
                    because: $because,
                }),+],
            };

            /// Reads every setting before it gives up on any, so that all mistakes are found.
            pub(in crate::settings) fn read(reader: &mut Reader<'_>, table: &str) -> Option<$name> {
                $(let $field = reader.value::<$type>(&Self::SECTION, table, $key);)+
                Some($name { $($field: $field?),+ })
            }
        }
    };
    (@repeated) => { false };
    (@repeated repeated) => { true };
    (@optional) => { None };
    (@optional $value:expr) => { Some($value) };
}
