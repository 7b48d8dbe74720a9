//! Shopify's product and customer exports.

use domain::Day;

use super::Csv;
use crate::{ads::slug, people::COUNTRIES, world::World};

const PRODUCT_HEADER: &str = "Handle,Title,Body (HTML),Vendor,Product Category,Type,Tags,Published,Option1 Name,Option1 Value,Option1 Linked To,Option2 Name,Option2 Value,Option2 Linked To,Option3 Name,Option3 Value,Option3 Linked To,Variant SKU,Variant Grams,Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,Variant Fulfillment Service,Variant Price,Variant Compare At Price,Variant Requires Shipping,Variant Taxable,Variant Barcode,Image Src,Image Position,Image Alt Text,Gift Card,SEO Title,SEO Description,Variant Image,Variant Weight Unit,Variant Tax Code,Cost per item,Status\n";

const CUSTOMER_HEADER: &str = "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Default Address Company,Default Address Address1,Default Address Address2,Default Address City,Default Address Province Code,Default Address Country Code,Default Address Zip,Default Address Phone,Phone,Accepts SMS Marketing,Total Spent,Total Orders,Note,Tax Exempt,Tags\n";

impl World {
    /// The catalogue as it is now: product fields on the first variant's row, further images on rows of their own.
    pub(super) fn products_csv(&self) -> Vec<u8> {
        let mut csv = Csv::new(self.config.currency.exponent());
        csv.raw(PRODUCT_HEADER);
        let mut at = 0;
        for item in self.brand.items {
            let image = |position: usize| {
                format!("https://cdn.{}.example/{}-{position}.jpg", slug(self.brand.name), item.handle)
            };
            let option = if item.variants.len() > 1 || !item.variants[0].label.is_empty() { "Size" } else { "Title" };
            for (nth, variant) in item.variants.iter().enumerate() {
                let product = &self.products[at];
                at += 1;
                csv.text(item.handle);
                if nth == 0 {
                    csv.texts(&[item.title, item.body, self.brand.name, "", item.category, item.tags, "true", option]);
                } else {
                    csv.skip(8);
                }
                csv.text(if variant.label.is_empty() { "Default Title" } else { variant.label });
                csv.skip(7).text(variant.sku).int(i64::from(variant.grams)).text("shopify").int(product.stock);
                csv.texts(&["deny", "manual"]).amount(variant.price_minor).skip(1).texts(&["true", "true"]).skip(1);
                if nth == 0 {
                    csv.text(&image(1)).int(1).texts(&[item.title, "false", "", ""]);
                } else {
                    csv.skip(6);
                }
                csv.skip(1).text("g").skip(1).amount(variant.cost_minor);
                csv.text("active");
                csv.end();
            }
            if item.gift || item.variants.len() > 1 {
                csv.text(item.handle).skip(27).text(&image(2)).int(2).text(item.title).skip(8);
                csv.end();
            }
        }
        csv.finish()
    }

    /// Everybody who ordered by the end of `as_of`.
    pub(super) fn customers_csv(&self, as_of: Day) -> Vec<u8> {
        let mut csv = Csv::new(self.config.currency.exponent());
        csv.raw(CUSTOMER_HEADER);
        let end = self.day_index(as_of);
        let mut sums = vec![(0i64, 0i64); self.customers.len()];
        for order in self.orders_of(&(0..end + 1)) {
            if let Some(customer) = order.customer {
                let (count, spent) = &mut sums[customer as usize];
                *count += 1;
                *spent += order.total_minor() - order.refunded_minor(end);
            }
        }
        for (customer, (count, spent)) in self.customers.iter().zip(sums).filter(|(_, (count, _))| *count > 0) {
            let who = customer.identity(self.config.seed);
            // As the platform writes it, so that a spreadsheet does not round it.
            csv.text(&format!("'{}", crate::world::shop_id(customer.key)));
            csv.texts(&[who.first_name, who.last_name, &who.email, if customer.consents { "yes" } else { "no" }, ""]);
            csv.texts(&[&who.street, "", who.city, "", COUNTRIES[usize::from(customer.country)].code]);
            csv.text(&format!("'{}", who.zip)).texts(&[&who.phone, &who.phone, "no"]).amount(spent).int(count);
            csv.text("").text("no").text(match count {
                0..=1 => "",
                2..=5 => "returning",
                _ => "returning, VIP",
            });
            csv.end();
        }
        csv.finish()
    }
}
