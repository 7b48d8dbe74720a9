//! Customers: how they behave, and, only where a file shows them, who they are. No real person is in here: names are
//! drawn from lists and all addresses end in the reserved `example` domains (RFC 2606).

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use crate::rng::{self, Stream, chance, pick, stream};

/// How a customer buys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Habit {
    /// Buys for themselves, and again when it runs out.
    Regular,
    /// Buys presents, a year apart if at all.
    Gift,
}

/// A customer's hidden state.
#[derive(Debug, Clone)]
pub(crate) struct Customer {
    /// Stable key: the same customer has it in every world of the seed.
    pub key: u32,
    pub habit: Habit,
    pub country: u8,
    /// Accepts e-mail marketing.
    pub consents: bool,
    /// Indexes of the categories liked best and second best.
    pub tastes: [u8; 2],
    /// Probability to leave for good after an order (BG/NBD: Fader, Hardie & Lee 2005).
    pub dropout: f32,
    /// Mean days between visits that no refill causes.
    pub visit_gap_days: f32,
    /// How fast things run out, 1 on average.
    pub pace: f32,
    pub is_alive: bool,
    /// Events so far: the second key of their random streams.
    pub events: u32,
    /// Bits of the products they re-order.
    pub refills: u64,
    /// Bits of the durable things they have: seldom bought twice.
    pub owns: u64,
    /// The concept that won them.
    pub concept: Option<u16>,
}

/// Country code, name, share of customers, cities with the zip codes of their centres.
pub(crate) struct Country {
    pub code: &'static str,
    share: f64,
    pub cities: &'static [(&'static str, &'static str)],
    pub streets: &'static [&'static str],
}

const GERMAN_STREETS: &[&str] =
    &["Lindenstraße", "Gartenweg", "Am Alten Hafen", "Schillerstraße", "Bergstraße", "Kirchgasse", "Rosenweg"];

/// Where parcels go.
pub(crate) static COUNTRIES: &[Country] = &[
    Country {
        code: "DE",
        share: 0.71,
        cities: &[
            ("Hamburg", "20457"),
            ("Berlin", "10115"),
            ("München", "80331"),
            ("Köln", "50667"),
            ("Leipzig", "04109"),
            ("Bremen", "28195"),
            ("Freiburg im Breisgau", "79098"),
            ("Münster", "48143"),
        ],
        streets: GERMAN_STREETS,
    },
    Country {
        code: "AT",
        share: 0.1,
        cities: &[("Wien", "1010"), ("Graz", "8010"), ("Linz", "4020")],
        streets: GERMAN_STREETS,
    },
    Country {
        code: "NL",
        share: 0.07,
        cities: &[("Amsterdam", "1012 JS"), ("Utrecht", "3511 LN")],
        streets: &["Prinsengracht", "Dorpsstraat", "Kerkstraat"],
    },
    Country {
        code: "FR",
        share: 0.05,
        cities: &[("Paris", "75003"), ("Lyon", "69002"), ("Strasbourg", "67000")],
        streets: &["rue des Lilas", "avenue de la Gare", "rue du Moulin"],
    },
    Country {
        code: "DK",
        share: 0.04,
        cities: &[("København", "1050"), ("Aarhus", "8000")],
        streets: &["Strandvejen", "Nørregade"],
    },
    Country {
        code: "BE",
        share: 0.03,
        cities: &[("Antwerpen", "2000"), ("Gent", "9000")],
        streets: &["Kerkstraat", "Molenstraat"],
    },
];

const FIRST: &[&str] = &[
    "Anna",
    "Jonas",
    "Marie",
    "Lukas",
    "Lena",
    "Felix",
    "Clara",
    "Paul",
    "Ida",
    "Emil",
    "Mia",
    "Anton",
    "Sophie",
    "Max",
    "Jule",
    "Theo",
    "Greta",
    "Oskar",
    "Nora",
    "Jan",
    "Frieda",
    "Till",
    "Hanna",
    "Ole",
    "Katharina",
    "Björn",
    "Jürgen",
    "Sabine",
    "Ute",
    "Käthe",
    "Renée",
    "Søren",
    "Lotte",
    "Milan",
    "Zoé",
    "Claire",
    "Hugo",
    "Femke",
    "Daan",
    "Signe",
];

const LAST: &[&str] = &[
    "Meyer",
    "Schmidt",
    "Hansen",
    "Petersen",
    "Wagner",
    "Becker",
    "Hoffmann",
    "Schäfer",
    "Koch",
    "Bauer",
    "Richter",
    "Klein",
    "Wolf",
    "Schröder",
    "Neumann",
    "Braun",
    "Zimmermann",
    "Krüger",
    "Hartmann",
    "Lange",
    "Krause",
    "Lehmann",
    "Köhler",
    "Maier",
    "Jansen",
    "de Vries",
    "van den Berg",
    "Bakker",
    "Martin",
    "Dubois",
    "Laurent",
    "Nielsen",
    "Sørensen",
    "Jensen",
    "Gruber",
    "Huber",
    "Pichler",
    "O'Brien",
    "Peeters",
    "Maes",
];

/// Reserved for examples: no mail reaches anybody.
const DOMAINS: &[&str] = &["@example.com", "@example.com", "@example.org", "@example.net"];

/// Who a customer is, as files show it.
#[derive(Debug, Clone)]
pub(crate) struct Identity {
    pub first_name: &'static str,
    pub last_name: &'static str,
    /// Lower case, unique by the customer's key.
    pub email: String,
    pub street: String,
    pub city: &'static str,
    pub zip: &'static str,
    pub phone: String,
}

fn ascii(text: &str, into: &mut String) {
    for character in text.chars() {
        match character {
            'ä' => into.push_str("ae"),
            'ö' | 'ø' => into.push_str("oe"),
            'ü' => into.push_str("ue"),
            'ß' => into.push_str("ss"),
            'é' => into.push('e'),
            c if c.is_ascii_alphanumeric() => into.push(c.to_ascii_lowercase()),
            _ => {}
        }
    }
}

impl Customer {
    /// A new customer out of their profile stream. `gift_share` is the share of gift buyers on the day,
    /// `categories` the cumulative weights of what people like best.
    pub fn draw(seed: u64, key: u32, gift_share: f64, categories: &[f64], visit_gap_days: f64) -> Customer {
        let mut rng = stream(seed, Stream::Profile, u64::from(key), 0);
        let habit = if chance(&mut rng, gift_share) { Habit::Gift } else { Habit::Regular };
        let mut at = rng.random::<f64>();
        let country = COUNTRIES.iter().position(|country| {
            at -= country.share;
            at < 0.0
        });
        let first = rng::pick_cumulative(&mut rng, categories) as u8;
        let second = rng::pick_cumulative(&mut rng, categories) as u8;
        let dropout = match habit {
            // Beta(2.4, 4.4) by two gammas: mean 0.35.
            Habit::Regular => {
                let (a, b) = (rng::gamma(&mut rng, 2.4, 2.4), rng::gamma(&mut rng, 4.4, 4.4));
                a / (a + b)
            }
            Habit::Gift => 0.55,
        };
        Customer {
            key,
            habit,
            country: country.unwrap_or(0) as u8,
            consents: chance(&mut rng, 0.58),
            tastes: [first, second],
            dropout: dropout as f32,
            visit_gap_days: match habit {
                Habit::Regular => (visit_gap_days * rng::gamma(&mut rng, 4.0, 1.0)).max(20.0) as f32,
                Habit::Gift => 365.0,
            },
            pace: (0.75 + 0.5 * rng.random::<f64>()) as f32,
            is_alive: true,
            events: 0,
            refills: 0,
            owns: 0,
            concept: None,
        }
    }

    /// Name and address, drawn when a file shows them.
    pub fn identity(&self, seed: u64) -> Identity {
        let mut rng: ChaCha8Rng = stream(seed, Stream::Profile, u64::from(self.key), 1);
        let (first_name, last_name) = (*pick(&mut rng, FIRST), *pick(&mut rng, LAST));
        let mut email = String::with_capacity(32);
        ascii(first_name, &mut email);
        email.push('.');
        ascii(last_name, &mut email);
        // An odd factor permutes 32-bit numbers, so that the suffix is unique and does not tell the day.
        let mut suffix = self.key.wrapping_mul(0x9E37_79B1);
        while suffix > 0 {
            email.push(char::from(b"0123456789abcdefghijklmnopqrstuvwxyz"[(suffix % 36) as usize]));
            suffix /= 36;
        }
        let at_domain = pick(&mut rng, DOMAINS);
        email.push_str(at_domain);
        let country = &COUNTRIES[usize::from(self.country)];
        let (city, zip) = *pick(&mut rng, country.cities);
        let street = format!("{} {}", pick(&mut rng, country.streets), rng.random_range(1..140));
        let phone =
            if chance(&mut rng, 0.3) { format!("+4900000{:05}", rng.random_range(0..100_000)) } else { String::new() };
        Identity { first_name, last_name, email, street, city, zip, phone }
    }
}
