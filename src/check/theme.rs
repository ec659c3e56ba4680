//! `theme`: what `theme:` in the settings asks for must be there, and be legible.

use super::BookFiles;
use crate::diagnostic::{Code, Diagnostic, Place, did_you_mean};
use crate::layout::{ASSETS, FONTS, Pointer, SETTINGS, THEME};
use crate::tree::Tree;

/// The families that typst carries.
const EMBEDDED: [&str; 4] = ["Libertinus Serif", "New Computer Modern", "New Computer Modern Math", "DejaVu Sans Mono"];

/// The least contrast of text on white (WCAG 2.2, success criterion 1.4.3).
const LEAST_CONTRAST: f64 = 4.5;

/// What typst takes for an image.
const IMAGES: [&str; 6] = ["png", "jpg", "jpeg", "gif", "webp", "svg"];

pub(super) fn check(files: &BookFiles<'_>, found: &mut Vec<Diagnostic>) {
    let BookFiles { book, tree } = *files;
    let theme = &book.settings.theme;
    let fault = |path: &[&str], message: String| {
        let pointer: Pointer = std::iter::once("theme").chain(path.iter().copied()).collect();
        Diagnostic::error(Code::Theme, Place::value(SETTINGS, pointer), message)
    };
    for (key, color) in [("color", &theme.color), ("accent", &theme.accent)] {
        if let Some(color) = color
            && let Some(contrast) = contrast_with_white(color)
            && contrast < LEAST_CONTRAST
        {
            let message = format!("the color `{color}` can't be read on white: its contrast is {contrast:.1} to 1");
            found.push(fault(&[key], message).help(format!("take a darker one: at least {LEAST_CONTRAST} to 1 is needed")));
        }
    }
    if let Some(logo) = &theme.logo {
        let extension = logo.rsplit_once('.').map(|(_, extension)| extension.to_lowercase());
        if tree.get(&format!("{ASSETS}/{logo}")).is_none() {
            let images = tree.below(ASSETS).filter_map(|(path, _)| path.strip_prefix(ASSETS)?.strip_prefix('/'));
            let message = format!("there is no image `{logo}` in `{ASSETS}`");
            found.push(fault(&["logo"], message).maybe_help(did_you_mean(logo, images)));
        } else if !extension.is_some_and(|extension| IMAGES.contains(&extension.as_str())) {
            let message = format!("the logo `{logo}` is not an image that a PDF can show");
            found.push(fault(&["logo"], message).help("take a PNG, JPEG, GIF, WebP or SVG file"));
        }
    }
    // A book's own theme takes its fonts where it likes.
    if tree.get(THEME).is_some() {
        return;
    }
    let families = families(tree);
    for (key, wanted) in [("body", &theme.body_fonts), ("heading", &theme.heading_fonts), ("mono", &theme.code_fonts)] {
        for family in wanted {
            if !families.iter().any(|known| known.eq_ignore_ascii_case(family)) {
                let message = format!("no font of the family `{family}` is embedded or lies in `{FONTS}`");
                let help = did_you_mean(family, families.iter().map(String::as_str));
                let help = help.unwrap_or_else(|| format!("put its files into `{FONTS}`, or take one of: {}", families.join(", ")));
                found.push(fault(&["fonts", key], message).help(help));
            }
        }
    }
}

/// The families that there are: those that typst carries, and the book's own.
fn families(tree: &Tree) -> Vec<String> {
    let mut families: Vec<String> = EMBEDDED.map(str::to_owned).into();
    for (_, bytes) in tree.below(FONTS) {
        for index in 0..ttf_parser::fonts_in_collection(bytes).unwrap_or(1) {
            let Ok(face) = ttf_parser::Face::parse(bytes, index) else { continue };
            let names = face.names().into_iter();
            let names = names.filter(|name| matches!(name.name_id, ttf_parser::name_id::FAMILY | ttf_parser::name_id::TYPOGRAPHIC_FAMILY));
            families.extend(names.filter_map(|name| name.to_string()));
        }
    }
    families.sort();
    families.dedup();
    families
}

/// The contrast ratio of `#rrggbb` with white (WCAG 2.2, "contrast ratio" and "relative luminance").
fn contrast_with_white(color: &str) -> Option<f64> {
    let number = u32::from_str_radix(color.strip_prefix('#')?, 16).ok()?;
    let channel = |shift: u32| {
        let value = f64::from(number >> shift & 0xff) / 255.0;
        if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    let luminance = 0.2126 * channel(16) + 0.7152 * channel(8) + 0.0722 * channel(0);
    Some(1.05 / (luminance + 0.05))
}

#[cfg(test)]
mod tests {
    use super::contrast_with_white;

    #[test]
    fn contrast_is_that_of_the_guidelines() {
        assert_eq!(contrast_with_white("#000000").map(f64::round), Some(21.0));
        assert_eq!(contrast_with_white("#ffffff"), Some(1.0));
        // The lightest grey that passes on white.
        assert!(contrast_with_white("#767676").unwrap() >= 4.5);
        assert!(contrast_with_white("#777777").unwrap() < 4.5);
    }
}
