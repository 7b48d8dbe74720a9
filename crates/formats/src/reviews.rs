//! Reviews of products, in the columns of Judge.me (`title, body, rating, review_date, source, curated, reviewer_name,
//! reviewer_email, product_id, product_handle, reply, …`), Loox (`id, status, rating, email, nickname, full_name, review,
//! date, productId, handle, img, variant, verified_purchase`), Yotpo (`Review Title, Review Content, Review Score, Date,
//! Product ID, Product Title, Product URL, Display Name, Email, …`) and Okendo
//! (<https://support.okendo.io/en/articles/2057320-importing-reviews-using-the-okendo-import-template>).
//!
//! **Invariant:** who wrote a review does not leave this module. The columns with name and address are read only to take
//! both out of headline and text, and so are all other addresses in there.

use domain::facts::{Fact, ProductReview};

use crate::{
    columns::{Columns, header_key},
    dates::Dates,
    html,
    numbers::Numbers,
    reader::{Assemble, Out, Row, Setup},
    records::{Problem, Rec},
    texts::some_text,
};

/// Columns by which an export is told, in the order in which they decide.
const PLATFORMS: [(&str, &[&str]); 5] = [
    ("okendo", &["isrecommended", "datecreated", "isverifiedbuyer"]),
    ("loox", &["img", "verifiedpurchase"]),
    ("yotpo", &["reviewscore", "reviewcontent"]),
    ("judgeme", &["curated", "pictureurls"]),
    ("shopify", &["repliedat"]),
];

/// What stands where something about a person was.
const REMOVED: &str = "[removed]";

/// Statuses of reviews that shoppers do not see.
const UNSEEN: [&str; 12] = [
    "spam",
    "hidden",
    "unpublished",
    "pending",
    "rejected",
    "deleted",
    "archived",
    "notyet",
    "flagged",
    "draft",
    "escalated",
    "false",
];

/// Emits one review a row.
pub(crate) struct Reviews {
    platform: &'static str,
    text: [Option<usize>; 12],
    day: Dates,
    rating: Numbers,
    zone: jiff::tz::TimeZone,
}

const TEXT: [&str; 12] = [
    "review_id",
    "title",
    "body",
    "handle",
    "sku",
    "product_id",
    "product_title",
    "product_url",
    "verified",
    "status",
    "reviewer_name",
    "reviewer_email",
];

impl Reviews {
    pub(crate) fn new(setup: &Setup<'_>) -> Reviews {
        let columns = setup.columns;
        let keys: Vec<String> = columns.header.iter().map(|cell| header_key(cell).0).collect();
        let is_there = |marks: &[&str]| marks.iter().any(|mark| keys.iter().any(|key| key == mark));
        let platform = PLATFORMS.iter().find(|(_, marks)| is_there(marks)).map_or("", |(name, _)| name);
        Reviews {
            platform,
            text: TEXT.map(|field| columns.at(field)),
            day: Dates::of("day", columns, setup.sample, setup.notation.mark()),
            rating: Numbers::of("rating", columns, setup.sample, setup.notation),
            zone: setup.options.zone.clone(),
        }
    }

    fn read(&self, rec: &Rec) -> Result<ProductReview, Problem> {
        let [id, title, body, handle, sku, product, product_title, url, verified, status, name, email] =
            self.text.map(|column| rec.get(column));
        let day = self.day.when(rec)?.instant(&self.zone).day_in(&self.zone);
        let bad = || Problem::new(self.rating.column(), "Not a number of stars; write 1 to 5");
        let stars = self.rating.amount(rec)?.ok_or_else(bad)?;
        let rating = (stars + 500_000).div_euclid(1_000_000);
        if !(1..=5).contains(&rating) {
            return Err(bad());
        }
        let from_url = url.split_once("/products/").map(|(_, rest)| rest.split(['?', '#', '/']).next().unwrap_or(""));
        let handle = some_text(handle).or_else(|| from_url.and_then(some_text)).map(|handle| handle.to_lowercase());
        // `gid://shopify/Product/555` and `shopify-555`.
        let number = product.rsplit(['/', '-']).next().filter(|tail| tail.bytes().all(|byte| byte.is_ascii_digit()));
        let product_id = some_text(sku).or_else(|| some_text(number.unwrap_or(product))).unwrap_or_default();
        let product_title = some_text(product_title);
        if handle.is_none() && product_id.is_empty() && product_title.is_none() {
            let column = self.text[3].or(self.text[4]).or(self.text[5]).or(self.text[6]);
            return Err(Problem::new(column, "The review names no product; fill in its handle, SKU or title"));
        }
        let clean = |text: &str| without_person(&html::to_text(text), name, email);
        let (title, body) = (clean(title), clean(body));
        let review_id = some_text(id).unwrap_or_else(|| {
            let day = day.to_string();
            let product = handle.as_deref().or(product_title.as_deref()).unwrap_or("");
            let parts = [day.as_str(), product, &product_id, &title, &body].join("\u{1f}");
            blake3::hash(parts.as_bytes()).to_hex()[..16].to_owned()
        });
        let status: String = status.chars().filter(char::is_ascii_alphabetic).collect::<String>().to_lowercase();
        Ok(ProductReview {
            platform: self.platform.to_owned(),
            review_id,
            day,
            product_id,
            handle,
            product_title,
            rating,
            title,
            body,
            is_verified: is_verified(verified),
            is_published: !UNSEEN.contains(&status.as_str()),
        })
    }
}

/// What the export says about the writer's purchase, `None` where it says nothing.
fn is_verified(text: &str) -> Option<bool> {
    let word: String = text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    match word.as_str() {
        "" => None,
        "true" | "yes" | "1" | "buyer" | "verifiedbuyer" | "verifiedpurchase" | "verified" | "ja" | "oui" | "sí" => {
            Some(true)
        }
        _ => Some(false),
    }
}

/// The text without e-mail addresses, and without the writer's name and address as the export has them.
fn without_person(text: &str, name: &str, email: &str) -> String {
    let mut clean = text.to_owned();
    let words: Vec<&str> = name.split_whitespace().collect();
    let full = words.join(" ");
    let mut told: Vec<&str> = vec![email, &full];
    // A first or last name alone signs many a review; initials and particles are too short to mean anybody.
    told.extend(words.iter().map(|word| word.trim_end_matches('.')).filter(|word| word.chars().count() > 2));
    for person in told.into_iter().filter(|person| person.chars().count() > 2) {
        clean = without_word(&clean, person);
    }
    let is_address = |word: &str| {
        word.split_once('@').is_some_and(|(user, host)| {
            user.ends_with(|c: char| c.is_alphanumeric()) && host.contains('.') && !host.starts_with('.')
        })
    };
    let cut = |word: &str| match is_address(word) {
        true => REMOVED.to_owned(),
        false => word.to_owned(),
    };
    match clean.contains('@') {
        true => clean
            .split_inclusive(char::is_whitespace)
            .map(|piece| {
                let word = piece.trim_end();
                format!("{}{}", cut(word), &piece[word.len()..])
            })
            .collect(),
        false => clean,
    }
}

/// The text with every whole-word occurrence of `word` removed, whatever its case.
fn without_word(text: &str, word: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let wanted: Vec<char> = word.chars().collect();
    let same = |a: char, b: char| a == b || a.to_lowercase().eq(b.to_lowercase());
    let (mut out, mut at) = (String::with_capacity(text.len()), 0);
    while at < characters.len() {
        let end = at + wanted.len();
        let is_here = end <= characters.len()
            && characters[at..end].iter().zip(&wanted).all(|(a, b)| same(*a, *b))
            && (at == 0 || !characters[at - 1].is_alphanumeric())
            && characters.get(end).is_none_or(|next| !next.is_alphanumeric());
        if is_here {
            out.push_str(REMOVED);
            at = end;
        } else {
            out.push(characters[at]);
            at += 1;
        }
    }
    out
}

impl Assemble for Reviews {
    fn take(&mut self, rec: &Rec, shape: Option<Problem>, columns: &Columns, out: &mut Out) {
        let read = match shape {
            Some(problem) => Err(problem),
            None => self.read(rec),
        };
        match read {
            Ok(review) => out.row(Row::new(Fact::Review(review), 1, rec.row)),
            Err(problem) => out.reject(rec.reject(columns, problem.column, problem.reason)),
        }
    }

    fn finish(&mut self, _: &Columns, _: &mut Out) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_left_in_a_text() {
        let clean = |text| without_person(text, "Ada M. Byron", "ada@example.org");
        assert_eq!(clean("Lovely. Ada"), "Lovely. [removed]");
        assert_eq!(clean("ADA BYRON loved it, adapter included"), "[removed] [removed] loved it, adapter included");
        assert_eq!(clean("write to ada@example.org or x.y@z.co!"), "write to [removed] or [removed]");
        assert_eq!(clean("meet @ 5 pm, 3 @home"), "meet @ 5 pm, 3 @home");
        assert_eq!(without_person("Fine", "", ""), "Fine");
    }
}
