//! Orders as they really happened.

/// What brought an order or a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Channel {
    Organic,
    Direct,
    Referral,
    Email,
    /// Index into the world's ads.
    Ad(u32),
    /// A concept's e-mail, by index into the world's concepts.
    ConceptEmail(u16),
}

/// One line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Line {
    /// Index into the world's products.
    pub product: u16,
    pub quantity: u16,
    pub price_minor: i64,
}

/// One order.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Order {
    /// Number, given when the day is sorted.
    pub number: u32,
    /// Days since the first day of history.
    pub day: u32,
    /// Second of the local day.
    pub second: u32,
    /// Index into the world's customers; `None` for a till sale without e-mail.
    pub customer: Option<u32>,
    pub channel: Channel,
    pub lines: Vec<Line>,
    pub code: Option<&'static str>,
    pub discount_minor: i64,
    pub shipping_minor: i64,
    pub tax_minor: i64,
    pub refund_minor: i64,
    /// Day on which the refund is made.
    pub refund_day: u32,
    pub is_cancelled: bool,
    pub is_test: bool,
    /// The customer's first order.
    pub is_first: bool,
    /// Web analytics saw it.
    pub is_tracked: bool,
    /// The concept it is attributed to.
    pub concept: Option<u16>,
    /// It would not have happened without the concept.
    pub is_incremental: bool,
    /// A seed for cosmetics of the export (notes, letter case).
    pub flavour: u32,
}

impl Order {
    /// Quantity times price over all lines.
    pub fn gross_minor(&self) -> i64 {
        self.lines.iter().map(|line| i64::from(line.quantity) * line.price_minor).sum()
    }

    /// What was paid.
    pub fn total_minor(&self) -> i64 {
        self.gross_minor() - self.discount_minor + self.shipping_minor
    }

    /// Refunded by the end of a day.
    pub fn refunded_minor(&self, end_of_day: u32) -> i64 {
        if self.refund_day <= end_of_day { self.refund_minor } else { 0 }
    }

    /// Gross less discount less refund so far.
    pub fn net_minor(&self, end_of_day: u32) -> i64 {
        self.gross_minor() - self.discount_minor - self.refunded_minor(end_of_day)
    }

    /// Whether it is cancelled by the end of a day.
    pub fn is_cancelled_by(&self, end_of_day: u32) -> bool {
        self.is_cancelled && self.refund_day <= end_of_day
    }
}
