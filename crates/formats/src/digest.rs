//! What makes two exports of a fact the same: a digest of its content.

use domain::{
    event::Event,
    facts::{AdDay, Customer, Fact, FunnelDay, MailDay, Order, Product, ProductReview, StockDay},
};

/// Digest of a fact's content, equal whenever two exports say the same about it. The order of an order's lines does not
/// count (exports sort differently), their number does: identical lines are real and each has its weight.
///
/// The first 16 bytes of blake3 over length-prefixed fields.
pub fn digest(fact: &Fact) -> [u8; 16] {
    let mut bytes = Vec::with_capacity(512);
    match fact {
        Fact::Order(order) => put_order(&mut bytes, order),
        Fact::Product(product) => put_product(&mut bytes, product),
        Fact::Customer(customer) => put_customer(&mut bytes, customer),
        Fact::AdDay(ad) => put_ad_day(&mut bytes, ad),
        Fact::FunnelDay(funnel) => put_funnel_day(&mut bytes, funnel),
        Fact::Event(event) => put_event(&mut bytes, event),
        Fact::Stock(stock) => put_stock(&mut bytes, stock),
        Fact::Review(review) => put_review(&mut bytes, review),
        Fact::Mail(mail) => put_mail(&mut bytes, mail),
    }
    let mut out = [0; 16];
    out.copy_from_slice(&blake3::hash(&bytes).as_bytes()[..16]);
    out
}

fn put(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend_from_slice(&(text.len() as u32).to_le_bytes());
    bytes.extend_from_slice(text.as_bytes());
}

fn put_opt(bytes: &mut Vec<u8>, text: Option<&str>) {
    bytes.push(u8::from(text.is_some()));
    put(bytes, text.unwrap_or(""));
}

fn put_ints(bytes: &mut Vec<u8>, values: &[i64]) {
    values.iter().for_each(|value| bytes.extend_from_slice(&value.to_le_bytes()));
}

fn put_opt_int(bytes: &mut Vec<u8>, value: Option<i64>) {
    bytes.push(u8::from(value.is_some()));
    put_ints(bytes, &[value.unwrap_or(0)]);
}

fn put_order(bytes: &mut Vec<u8>, order: &Order) {
    bytes.push(b'O');
    put(bytes, &order.order_id);
    put(bytes, order.kind.as_str());
    put_opt(bytes, order.customer_key.as_deref());
    put(bytes, order.currency.code());
    put_opt(bytes, order.country.as_deref());
    put_opt(bytes, order.discount_code.as_deref());
    let amounts = [order.discount_micros, order.shipping_micros, order.tax_micros, order.refunded_micros];
    put_ints(bytes, &[order.placed_at.0]);
    put_ints(bytes, &amounts);
    put_ints(bytes, &[i64::from(order.is_cancelled), order.lines.len() as i64]);
    let mut lines: Vec<_> = order.lines.iter().collect();
    lines.sort_by(|a, b| {
        (&a.product_id, &a.title, a.quantity, a.unit_price_micros).cmp(&(
            &b.product_id,
            &b.title,
            b.quantity,
            b.unit_price_micros,
        ))
    });
    for line in lines {
        put(bytes, &line.product_id);
        put(bytes, &line.title);
        put_ints(bytes, &[line.quantity, line.unit_price_micros, i64::from(line.is_product)]);
    }
    // Only where there are any: what was taken before marks were read is still known.
    if !order.marks.is_empty() {
        let mut tags: Vec<&str> = order.marks.tags.iter().map(String::as_str).collect();
        tags.sort_unstable();
        put(bytes, &tags.join("\u{1f}"));
        put(bytes, &order.marks.source);
        put(bytes, &order.marks.payment);
    }
}

fn put_product(bytes: &mut Vec<u8>, product: &Product) {
    bytes.push(b'P');
    put(bytes, &product.product_id);
    put_opt(bytes, product.handle.as_deref());
    put(bytes, &product.title);
    put(bytes, &product.description);
    put_opt(bytes, product.category.as_deref());
    put_opt(bytes, product.vendor.as_deref());
    put(bytes, &product.tags.join("\u{1f}"));
    put_opt_int(bytes, product.price_micros);
    put_opt_int(bytes, product.cost_micros);
    put_opt_int(bytes, product.stock_units);
    put_opt(bytes, product.image_url.as_deref());
    bytes.push(u8::from(product.is_active));
}

fn put_customer(bytes: &mut Vec<u8>, customer: &Customer) {
    bytes.push(b'C');
    put(bytes, &customer.customer_key);
    put_opt(bytes, customer.email.as_deref());
    put_opt(bytes, customer.first_name.as_deref());
    put_opt(bytes, customer.last_name.as_deref());
    put_opt(bytes, customer.country.as_deref());
    put_opt_int(bytes, customer.accepts_email.map(i64::from));
    put(bytes, &customer.tags.join("\u{1f}"));
}

fn put_ad_day(bytes: &mut Vec<u8>, ad: &AdDay) {
    bytes.push(b'A');
    put(bytes, &ad.key());
    put(bytes, &ad.campaign_name);
    put(bytes, &ad.ad_name);
    put_ints(bytes, &[ad.impressions, ad.clicks, ad.spend_micros, ad.conversions_micros, ad.value_micros]);
    put_opt(bytes, ad.currency.as_ref().map(|currency| currency.code()));
}

fn put_funnel_day(bytes: &mut Vec<u8>, funnel: &FunnelDay) {
    bytes.push(b'F');
    put(bytes, &funnel.key());
    let counts = [funnel.sessions, funnel.views, funnel.add_to_carts, funnel.checkouts, funnel.purchases];
    put_ints(bytes, &counts);
    put_ints(bytes, &[funnel.revenue_micros]);
    put_opt(bytes, funnel.currency.as_ref().map(|currency| currency.code()));
}

fn put_event(bytes: &mut Vec<u8>, event: &Event) {
    bytes.push(b'E');
    put(bytes, &event.message_id);
    put(bytes, event.name.as_str());
    let shown = &event.shown;
    for text in [&event.anonymous_id, &event.user_id, &event.order_id, &shown.placement, &shown.change, &shown.arm] {
        put_opt(bytes, text.as_deref());
    }
    put_ints(bytes, &[event.at.0, event.products.len() as i64]);
    for product in &event.products {
        put(bytes, &product.product_id);
        put_ints(bytes, &[product.quantity]);
        put_opt_int(bytes, product.price_micros);
    }
}

fn put_stock(bytes: &mut Vec<u8>, stock: &StockDay) {
    bytes.push(b'S');
    put(bytes, &stock.key());
    put_opt(bytes, stock.handle.as_deref());
    put(bytes, &stock.title);
    for units in [stock.available_units, stock.on_hand_units, stock.incoming_units, stock.price_micros] {
        put_opt_int(bytes, units);
    }
}

fn put_review(bytes: &mut Vec<u8>, review: &ProductReview) {
    bytes.push(b'R');
    put(bytes, &review.key());
    put(bytes, &review.product_id);
    put_opt(bytes, review.handle.as_deref());
    put_opt(bytes, review.product_title.as_deref());
    put(bytes, &review.title);
    put(bytes, &review.body);
    put_ints(bytes, &[i64::from(review.day.epoch_days()), review.rating, i64::from(review.is_published)]);
    put_opt_int(bytes, review.is_verified.map(i64::from));
}

fn put_mail(bytes: &mut Vec<u8>, mail: &MailDay) {
    bytes.push(b'M');
    put(bytes, &mail.key());
    for text in [&mail.flow_name, &mail.message_name, &mail.subject, &mail.audience, &mail.channel] {
        put(bytes, text);
    }
    let opens_and_clicks = [mail.unique_opens, mail.unique_clicks];
    put_ints(bytes, &[mail.recipients, mail.deliveries, mail.unsubscribes, mail.complaints, mail.bounces]);
    put_ints(bytes, &opens_and_clicks);
    put_opt_int(bytes, mail.orders);
    put_opt_int(bytes, mail.revenue_micros);
    put_opt(bytes, mail.currency.as_ref().map(|currency| currency.code()));
}
