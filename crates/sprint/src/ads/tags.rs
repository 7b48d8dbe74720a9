//! What an ad was, read off its names and copy by rules. A rule that does not fit says nothing; a person confirms.

use domain::{
    similarity::tokens,
    sprint::{Angle, Offer},
};
use store::past_ads::Tags;

/// Formats that are told apart.
pub const FORMATS: [&str; 6] = ["still", "video", "carousel", "catalogue", "collection", "text"];
/// Offers that are told apart.
pub const OFFERS: [&str; 5] = ["full price", "discount", "free shipping", "gift", "bundle price"];
/// People that are told apart: what a campaign's name can say of them.
pub const SEGMENTS: [&str; 4] = ["strangers", "visitors", "customers", "lapsed"];
/// Angles by their stored word.
pub const ANGLES: [Angle; 12] = [
    Angle::ProblemSolution,
    Angle::SocialProof,
    Angle::Education,
    Angle::Craft,
    Angle::Convenience,
    Angle::Novelty,
    Angle::Season,
    Angle::Gift,
    Angle::Bundle,
    Angle::Belonging,
    Angle::Value,
    Angle::Urgency,
];

/// A tag that a person may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tag {
    /// Angle.
    Angle,
    /// Whom it was for.
    Segment,
    /// Format.
    Format,
    /// Offer.
    Offer,
}

impl Tag {
    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            Tag::Angle => "angle",
            Tag::Segment => "segment",
            Tag::Format => "format",
            Tag::Offer => "offer",
        }
    }

    /// What it may be.
    pub fn values(self) -> Vec<&'static str> {
        match self {
            Tag::Angle => ANGLES.iter().map(|angle| angle.as_str()).collect(),
            Tag::Segment => SEGMENTS.to_vec(),
            Tag::Format => FORMATS.to_vec(),
            Tag::Offer => OFFERS.to_vec(),
        }
    }
}

impl std::str::FromStr for Tag {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        [Tag::Angle, Tag::Segment, Tag::Format, Tag::Offer]
            .into_iter()
            .find(|tag| tag.as_str() == text)
            .ok_or_else(|| text.to_owned())
    }
}

/// Words of an angle in English, German, French and Spanish; the first angle with a word decides, sharper ones first.
const ANGLE_WORDS: [(Angle, &[&str]); 12] = [
    (
        Angle::Urgency,
        &[
            "last chance",
            "ends",
            "today only",
            "hurry",
            "deadline",
            "countdown",
            "limited",
            "nur heute",
            "letzte",
            "dernier",
            "última",
        ],
    ),
    (
        Angle::SocialProof,
        &[
            "ugc",
            "review",
            "reviews",
            "testimonial",
            "stars",
            "bestseller",
            "customers say",
            "creator",
            "kundenstimmen",
            "avis",
            "reseñas",
        ],
    ),
    (Angle::Gift, &["gift", "gifts", "gifting", "present", "presents", "geschenk", "cadeau", "regalo"]),
    (
        Angle::Season,
        &[
            "christmas",
            "xmas",
            "bfcm",
            "black friday",
            "easter",
            "summer",
            "winter",
            "spring",
            "autumn",
            "holiday",
            "halloween",
            "valentine",
            "weihnachten",
            "ostern",
            "noël",
            "navidad",
            "season",
        ],
    ),
    (Angle::Bundle, &["bundle", "set of", "starter kit", "kit", "duo", "trio", "paket", "pack"]),
    (
        Angle::Education,
        &[
            "how to",
            "how-to",
            "howto",
            "guide",
            "tips",
            "tutorial",
            "explainer",
            "ways to",
            "anleitung",
            "ratgeber",
            "comment",
            "cómo",
        ],
    ),
    (
        Angle::ProblemSolution,
        &[
            "problem",
            "solution",
            "tired of",
            "no more",
            "stop",
            "struggling",
            "before after",
            "finally",
            "lösung",
            "schluss mit",
            "marre de",
        ],
    ),
    (
        Angle::Craft,
        &[
            "handmade",
            "made by",
            "made in",
            "craft",
            "founder",
            "story",
            "behind the scenes",
            "ingredients",
            "organic",
            "material",
            "materials",
            "handwerk",
            "artisan",
            "quality",
        ],
    ),
    (Angle::Novelty, &["new", "launch", "just landed", "introducing", "neu", "nouveau", "nuevo", "drop"]),
    (
        Angle::Belonging,
        &[
            "welcome back",
            "community",
            "club",
            "vip",
            "loyal",
            "loyalty",
            "we miss you",
            "members",
            "brand",
            "stammkunden",
        ],
    ),
    (
        Angle::Convenience,
        &[
            "refill",
            "reorder",
            "subscribe",
            "easy",
            "restock",
            "delivered",
            "one tap",
            "dpa",
            "catalogue",
            "catalog",
            "nachfüllen",
        ],
    ),
    (
        Angle::Value,
        &[
            "sale",
            "discount",
            "save",
            "off",
            "cheaper",
            "price",
            "rabatt",
            "sparen",
            "soldes",
            "promo",
            "descuento",
            "oferta",
        ],
    ),
];

const FORMAT_WORDS: [(&str, &[&str]); 6] = [
    ("video", &["video", "vid", "reel", "reels", "ugc", "mp4", "story ad", "clip", "youtube", "vidéo"]),
    ("carousel", &["carousel", "karussell", "carrousel", "carrusel", "slides"]),
    (
        "catalogue",
        &["dpa", "catalogue", "catalog", "katalog", "dynamic", "shopping", "pmax", "asset group", "performance max"],
    ),
    ("collection", &["collection ad", "instant experience"]),
    ("text", &["rsa", "search", "responsive search", "eta", "textanzeige"]),
    ("still", &["static", "image", "img", "still", "photo", "jpg", "png", "bild", "single image"]),
];

const SEGMENT_WORDS: [(&str, &[&str]); 4] = [
    ("lapsed", &["lapsed", "winback", "win-back", "inactive", "churned", "we miss you", "gone quiet", "reactivation"]),
    (
        "customers",
        &[
            "past buyers",
            "buyers",
            "customers",
            "existing",
            "retention",
            "purchasers",
            "kunden",
            "loyal",
            "vip",
            "cross-sell",
            "upsell",
            "regulars",
        ],
    ),
    ("visitors", &["retargeting", "remarketing", "viewers", "cart", "visitors", "abandoned", "warm", "atc", "rtg"]),
    (
        "strangers",
        &[
            "prospecting",
            "lookalike",
            "lal",
            "broad",
            "cold",
            "interest",
            "interests",
            "new customers",
            "acquisition",
            "generic",
            "tof",
            "core",
        ],
    ),
];

/// What an ad's names and copy say it was. Names weigh more than copy: they were given to say it.
pub fn tag(platform: &str, campaign: &str, ad_group: &str, name: &str, text: &str) -> Tags {
    let own = words(&format!("{name} {ad_group}"));
    let copy = words(text);
    let whole = words(&format!("{name} {ad_group} {campaign}"));
    let angle = first(&ANGLE_WORDS, &words(name))
        .or_else(|| first(&ANGLE_WORDS, &own))
        .or_else(|| first(&ANGLE_WORDS, &copy))
        .or_else(|| first(&ANGLE_WORDS, &whole));
    let format = first(&FORMAT_WORDS, &own)
        .or_else(|| first(&FORMAT_WORDS, &whole))
        .or((platform == "google").then_some("text"));
    let segment = first(&SEGMENT_WORDS, &own).or_else(|| first(&SEGMENT_WORDS, &whole));
    let everything = words(&format!("{name} {ad_group} {campaign} {text}"));
    Tags {
        angle: angle.map(|angle| angle.as_str().to_owned()),
        segment: segment.map(str::to_owned),
        format: format.map(str::to_owned),
        // Full price is the absence of an offer, and is said only where there is copy or a name to be absent from.
        offer: offer(&everything, &format!("{name} {text}")).map(str::to_owned),
    }
}

/// Words with single spaces around each, so that a phrase is found as a whole.
fn words(text: &str) -> String {
    // Names join words by underscores; hyphens inside words stay.
    let plain = text.replace(['_', '|', '/', '·'], " ");
    format!(" {} ", tokens(&plain).join(" "))
}

fn first<T: Copy>(rules: &[(T, &[&str])], text: &str) -> Option<T> {
    rules.iter().find(|(_, words)| words.iter().any(|word| text.contains(&format!(" {word} ")))).map(|(what, _)| *what)
}

fn offer(words: &str, raw: &str) -> Option<&'static str> {
    const RULES: [(&str, &[&str]); 4] = [
        (
            "free shipping",
            &[
                "free shipping",
                "free delivery",
                "versandkostenfrei",
                "gratis versand",
                "livraison offerte",
                "envío gratis",
            ],
        ),
        ("gift", &["free gift", "gift with purchase", "gwp", "gratisgeschenk"]),
        ("bundle price", &["bundle price", "buy two", "buy 2", "2 for 1", "3 for 2", "bogo"]),
        (
            "discount",
            &[
                "off",
                "sale",
                "discount",
                "save",
                "voucher",
                "code",
                "rabatt",
                "soldes",
                "promo",
                "descuento",
                "bfcm",
                "black friday",
            ],
        ),
    ];
    if let Some(found) = first(&RULES, words) {
        return Some(found);
    }
    let percent = raw.char_indices().any(|(at, c)| {
        c == '%' && raw[..at].trim_end().chars().next_back().is_some_and(|before| before.is_ascii_digit())
    });
    match percent {
        true => Some("discount"),
        false => (words.trim().split(' ').count() >= 2).then_some("full price"),
    }
}

/// The kind of a brief's offer.
pub(super) fn of_offer(offer: Option<&Offer>) -> &'static str {
    match offer {
        None => "full price",
        Some(offer) if offer.percent_off.is_some() => "discount",
        Some(other) => self::offer(&words(&other.label), &other.label).unwrap_or("discount"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_copy_say_what_an_ad_was() {
        let of = |platform: &str, campaign: &str, group: &str, name: &str, text: &str| {
            let tags = tag(platform, campaign, group, name, text);
            [tags.angle, tags.segment, tags.format, tags.offer].map(Option::unwrap_or_default)
        };
        for (given, wanted) in [
            (
                ["meta", "Prospecting | Broad", "Women 25-45", "UGC_Video_Reviews v3", ""],
                ["social_proof", "strangers", "video", "full price"],
            ),
            (
                ["meta", "Retargeting | 30 days", "Past buyers", "Static Welcome back", "10% on your next order"],
                ["belonging", "customers", "still", "discount"],
            ),
            (["google", "Generic Search", "Presents", "RSA Presents", ""], ["gift", "strangers", "text", "full price"]),
            (
                ["meta", "BFCM 2025", "Winback 180d", "Carousel - Last chance", "Free shipping until Sunday"],
                ["urgency", "lapsed", "carousel", "free shipping"],
            ),
            (["meta", "c", "g", "a1", ""], ["", "", "", "full price"]),
        ] {
            let [platform, campaign, group, name, text] = given;
            assert_eq!(of(platform, campaign, group, name, text), wanted, "{name}");
        }
    }
}
