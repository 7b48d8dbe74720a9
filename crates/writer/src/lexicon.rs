//! Words that claim something: what a product is made of, certificates, superlatives, effects. Each must stand in the
//! facts before copy may use it. A list can never be complete; a person approves every draft.

/// What sort of claim a word makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sort {
    /// Material or ingredient.
    Material,
    /// Certificate, origin or way of making.
    Certificate,
    /// Superlative or praise that would need proof.
    Superlative,
    /// Effect on body or health.
    Health,
    /// What the product can do or withstand.
    Function,
    /// Delivery, guarantee, returns.
    Service,
    /// Shortage, popularity.
    Pressure,
    /// A price claim.
    Price,
}

impl Sort {
    /// As it reads in a message: `names a material`.
    pub fn phrase(self) -> &'static str {
        match self {
            Sort::Material => "names a material or ingredient",
            Sort::Certificate => "claims an origin, certificate or way of making",
            Sort::Superlative => "is praise that needs proof",
            Sort::Health => "claims an effect on body or health",
            Sort::Function => "claims a property",
            Sort::Service => "promises a service",
            Sort::Pressure => "claims demand or shortage",
            Sort::Price => "claims a price advantage",
        }
    }
}

/// The lists. Entries of several words are matched as a sequence; a hyphen counts as a space.
#[rustfmt::skip]
pub const CLAIMS: &[(Sort, &[&str])] = &[
    (
        Sort::Material,
        &[
            "acacia", "acrylic", "alabaster", "almond", "aloe", "alpaca", "aluminium", "aluminum", "amber", "argan",
            "arnica", "ash wood", "avocado", "bamboo", "beech", "beeswax", "birch", "bone china", "brass", "bronze",
            "burlap", "caffeine", "calendula", "camomile", "canvas", "carbon", "cardboard", "cashmere", "cedar",
            "cedarwood", "ceramic", "chamomile", "charcoal", "chiffon", "chocolate", "chrome", "cinnamon", "citrus",
            "clay", "cocoa", "coconut", "collagen", "concrete", "copper", "cork", "corduroy", "cotton", "crystal",
            "denim", "diamond", "down", "earthenware", "elastane", "enamel", "essential oil", "eucalyptus",
            "feather", "felt", "flannel", "fleece", "ginger", "glass", "glycerin", "gold", "golden", "granite",
            "hemp", "hessian", "honey", "hyaluronic", "iron", "ivory", "jade", "jasmine", "jersey", "jojoba",
            "jute", "keratin", "lace", "lambswool", "latex", "lavender", "leather", "lemon", "linen", "lycra",
            "magnesium", "mahogany", "maple", "marble", "merino", "metal", "mohair", "niacinamide", "nickel",
            "nylon", "oak", "oat", "olive", "organza", "panthenol", "paper", "parchment", "pearl", "peppermint",
            "pewter", "pine", "plastic", "platinum", "plush", "plywood", "polycotton", "polyester", "porcelain",
            "protein", "quartz", "raffia", "rattan", "retinol", "rosemary", "rubber", "sandalwood", "sapphire",
            "satin", "seagrass", "sequin", "shea", "silicone", "silk", "silver", "slate", "soy", "spandex",
            "stainless", "steel", "sterling", "stone", "stoneware", "straw", "suede", "sugar", "sulfate",
            "sulphate", "teak", "terracotta", "thyme", "tin", "titanium", "tulle", "turmeric", "tweed", "vanilla",
            "velvet", "velour", "vinyl", "viscose", "vitamin", "walnut", "wax", "wicker", "wood", "wooden", "wool",
            "woollen", "zinc", "holz", "glas", "leder", "baumwolle", "seide", "wolle", "leinen", "keramik",
            "porzellan", "stahl", "edelstahl", "kupfer", "messing", "bienenwachs", "ringelblume", "lavendel",
            "kamille", "mandel", "kokos", "honig", "papier",
        ],
    ),
    (
        Sort::Certificate,
        &[
            "artisan", "artisanal", "b corp", "bio", "biodegradable", "carbon neutral", "certified",
            "climate neutral", "compostable", "cruelty free", "dermatologist", "eco", "eco friendly", "ecological",
            "environmentally", "ethical", "ethically", "fair trade", "fairtrade", "family owned", "family run",
            "fsc", "gluten free", "gots", "grass fed", "green energy", "halal", "hand crafted", "hand made",
            "hand painted", "hand poured", "handcrafted", "handmade", "handwoven", "hand woven", "iso", "keto",
            "kosher", "locally made", "made in", "natural", "naturally", "non gmo", "oeko tex", "organic",
            "organically", "palm oil free", "paraben free", "patented", "peta", "plant based", "plastic free",
            "recyclable", "recycled", "reusable", "small batch", "small batches", "sugar free", "sustainable",
            "sustainably", "sustainability", "unisex", "upcycled", "vegan", "vegetarian", "zero waste", "genuine",
            "authentic", "traditional", "traditionally",
        ],
    ),
    (
        Sort::Superlative,
        &[
            "amazing", "award", "award winning", "best", "best selling", "bestseller", "bestselling", "cheapest",
            "cult", "easiest", "exceptional", "exclusive", "exclusively", "fastest", "finest", "flawless",
            "greatest", "highest", "iconic", "ideal", "incomparable", "incredible", "innovative", "largest",
            "latest", "leading", "legendary", "lowest", "luxurious", "luxury", "magical", "miracle", "most loved",
            "most popular", "newest", "no 1", "number one", "outstanding", "perfect", "perfectly", "premium",
            "professional", "quality", "revolutionary", "safest", "smartest", "softest", "strongest", "superb",
            "superior", "top rated", "trusted", "ultimate", "unbeatable", "unique", "unmatched", "unparalleled",
            "unrivalled", "world class", "worldwide", "highly rated", "high quality", "stunning",
        ],
    ),
    (
        Sort::Health,
        &[
            "antibacterial", "anti aging", "anti ageing", "anti inflammatory", "antioxidant", "antimicrobial",
            "boosts", "boost", "calming", "clinical", "clinically", "cure", "dermatological", "dermatologically",
            "detox", "doctor", "energising", "energizing", "fat burning", "firming", "heal", "healing", "healthy",
            "healthier", "hydrating", "hypoallergenic", "immune", "immunity", "medical", "moisturising",
            "moisturizing", "nourishing", "nourish", "proven", "rejuvenating", "relaxing", "relieve", "relief",
            "repair", "scientifically", "skin friendly", "slimming", "soothe", "soothing", "stress", "therapeutic",
            "treatment", "toxic", "non toxic", "toxin", "wellbeing", "wellness", "wrinkle", "allergy", "ph neutral",
        ],
    ),
    (
        Sort::Function,
        &[
            "adjustable", "bpa free", "breathable", "childproof", "dishwasher", "durable", "everlasting",
            "fireproof", "foldable", "heat resistant", "heatproof", "indestructible", "leakproof", "leak proof",
            "lightweight", "long lasting", "machine washable", "microwave", "non slip", "odour free", "oven safe",
            "portable", "rechargeable", "refillable", "resistant", "rust proof", "rustproof", "scratch proof",
            "shatterproof", "shockproof", "stain resistant", "stackable", "sturdy", "unbreakable", "washable",
            "water resistant", "waterproof", "weatherproof", "windproof", "wireless", "solar", "battery",
            "energy saving", "fragrance free", "unscented", "dissolves", "concentrated",
        ],
    ),
    (
        Sort::Service,
        &[
            "free", "complimentary", "free delivery", "free returns", "free shipping", "guarantee", "guaranteed",
            "lifetime", "money back", "next day", "no questions asked", "overnight", "risk free", "same day",
            "warranty", "refund", "subscription", "24 7", "express", "gift wrapped", "gift wrapping", "installment",
            "pay later",
        ],
    ),
    (
        Sort::Pressure,
        &[
            "almost gone", "bestsellers", "customers love", "everybody loves", "everyone loves", "few left",
            "flying off", "going fast", "in demand", "last chance", "last few", "limited edition", "limited stock",
            "limited time", "low stock", "never before", "only a few", "popular", "rated", "reviews",
            "selling fast", "sold out", "stars", "thousands of", "trending", "viral", "while stocks last", "hurry",
        ],
    ),
    (
        Sort::Price,
        &[
            "bargain", "cheap", "cheaper", "clearance", "deal", "deals", "discount", "discounted", "half price",
            "off", "on sale", "price drop", "reduced", "sale", "save", "savings", "saving", "lowest price", "bonus",
            "gift card", "cashback",
        ],
    ),
];
