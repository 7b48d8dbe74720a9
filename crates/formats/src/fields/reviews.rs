//! Fields of review exports: Judge.me, Loox, Yotpo, Okendo, and Shopify's former Product Reviews.

use super::{
    Field,
    Need::{OneOf, Optional, Required},
    field,
};

pub(super) static REVIEWS: &[Field] = &[
    field("rating", Required, "Stars, 1 to 5", &["rating", "Review Score"], &["score", "stars", "Star rating"]),
    field(
        "body",
        Required,
        "What was written",
        &["body", "Review Content", "review", "Review Body", "Review Text"],
        &["content", "text", "comment"],
    ),
    field(
        "day",
        Required,
        "When it was written",
        &[
            "review_date",
            "created_at",
            "dateCreated",
            "Date Created",
            "Review Creation Date",
            "Review Date",
            "date",
            "Created Date",
        ],
        &["submitted_at", "time"],
    ),
    field("handle", OneOf("product"), "Handle of the product", &["product_handle", "handle"], &[]),
    field("sku", OneOf("product"), "SKU of the product", &["sku", "Product SKU"], &[]),
    field(
        "product_id",
        OneOf("product"),
        "The shop platform's number of the product",
        &["product_id", "productId", "Product External ID"],
        &["Product"],
    ),
    field("product_title", OneOf("product"), "Title of the product", &["product_title", "Product Name"], &[]),
    field("product_url", OneOf("product"), "Page of the product", &["product_url"], &["Product Link"]),
    field("title", Optional, "Headline", &["title", "Review Title"], &["headline", "subject"]),
    field("review_id", Optional, "Number of the review", &["review_id", "id"], &[]),
    field(
        "verified",
        Optional,
        "Whether the writer is known to have bought",
        &[
            "verified_purchase",
            "verified",
            "Is Verified Buyer",
            "isVerified",
            "Verified Buyer",
            "Reviewer Type",
            "verified_status",
        ],
        &[],
    ),
    field("status", Optional, "Published, hidden, spam …", &["status", "curated", "state", "Review Status"], &[]),
    field(
        "reviewer_name",
        Optional,
        "Who wrote it: never kept, only taken out of the text",
        &["reviewer_name", "author", "full_name", "nickname", "Display Name", "name", "Reviewer Display Name"],
        &["reviewer"],
    ),
    field(
        "reviewer_email",
        Optional,
        "The writer's address: never kept",
        &["reviewer_email", "email", "User Email", "Reviewer Email"],
        &[],
    ),
    field("pictures", Optional, "Pictures (not used)", &["picture_urls", "img", "imageUrls", "photo_url"], &[]),
    field("recommends", Optional, "Would recommend (not used)", &["isRecommended", "Is Recommended"], &[]),
];
