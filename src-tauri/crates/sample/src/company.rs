//! Brackwater Instruments Ltd: its ledgers, balances and the people who keep them.

/// Who acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Who {
    /// Financial controller: approves, reconciles, signs.
    Controller,
    /// Supplier bills and payments.
    Payables,
    /// Invoices and receipts.
    Sales,
    /// The web shop's program.
    Shop,
}

impl Who {
    pub(crate) const ALL: [Self; 4] = [Self::Controller, Self::Payables, Self::Sales, Self::Shop];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Controller => "Niamh Corcoran",
            Self::Payables => "Tadhg Molloy",
            Self::Sales => "Elena Marchetti",
            Self::Shop => "Web shop",
        }
    }
}

pub(crate) const NAME: &str = "Brackwater Instruments";
pub(crate) const HOLDER: &str = "Brackwater Instruments Ltd";

/// The main account.
pub(crate) const MAIN: &str = "Corrib Operating";
pub(crate) const RESERVE: &str = "Corrib Reserve";
pub(crate) const GBP: &str = "Avonmouth Current";
pub(crate) const USD: &str = "Casco Bay Operating";
pub(crate) const JPY: &str = "Sumida Settlement";
pub(crate) const KWD: &str = "Mirqab Current";

pub(crate) const CARDS: &str = "Card takings";
pub(crate) const VAT: &str = "VAT";
pub(crate) const NET_PAY: &str = "Net pay due";
pub(crate) const PAY_TAX: &str = "Payroll taxes";
pub(crate) const SALES: &str = "Instrument sales";
pub(crate) const SERVICE: &str = "Calibration and repairs";
pub(crate) const PURCHASES: &str = "Purchases";
pub(crate) const WAGES: &str = "Wages";
pub(crate) const RENT: &str = "Rent";
pub(crate) const POWER: &str = "Power and telecoms";
pub(crate) const TRAVEL: &str = "Travel";
pub(crate) const OFFICE: &str = "Office and tools";
pub(crate) const FEES: &str = "Bank fees";
pub(crate) const CARD_FEES: &str = "Card fees";
pub(crate) const INTEREST: &str = "Interest received";
pub(crate) const EXCHANGE: &str = "Exchange differences";

/// One balance of the chart.
pub(crate) struct Planned {
    pub(crate) name: &'static str,
    pub(crate) currency: &'static str,
    pub(crate) account: Option<&'static str>,
    pub(crate) pinned: bool,
}

const fn plain(name: &'static str, currency: &'static str) -> Planned {
    Planned { name, currency, account: None, pinned: false }
}

const fn bank(name: &'static str, currency: &'static str, account: &'static str, pinned: bool) -> Planned {
    Planned { name, currency, account: Some(account), pinned }
}

/// Ledgers with their balances, in the order they are made. Balances with an account number are reconciled.
pub(crate) const CHART: &[(&str, &[Planned])] = &[
    (
        "Assets/Bank",
        &[
            bank(MAIN, "EUR", "IE59CRRB99017100447120", true),
            bank(RESERVE, "EUR", "IE44CRRB99017100983315", false),
            bank(GBP, "GBP", "GB59AVON20990141882307", true),
            bank(USD, "USD", "071-4402-9913", false),
            bank(JPY, "JPY", "0143-7718820", true),
            bank(KWD, "KWD", "KW79MIRQ0000000000071203388145", false),
        ],
    ),
    (
        "Assets/Customers",
        &[
            plain("Kinsale Harbour Board", "EUR"),
            plain("Valentia Marine Rescue", "EUR"),
            plain("Bantry Ferries", "EUR"),
            plain("Achill Salmon", "EUR"),
            plain("Institut Océan Bretagne", "EUR"),
            plain("Zeeland Waterbouw", "EUR"),
            plain("Fleetwood Dredging", "GBP"),
            plain("Solway Offshore", "GBP"),
            plain("Penobscot Hydrographics", "USD"),
            plain("Ise Bay Survey", "JPY"),
            plain("Bubiyan Port Works", "KWD"),
        ],
    ),
    ("Assets/Card clearing", &[plain(CARDS, "EUR")]),
    (
        "Liabilities/Suppliers",
        &[
            plain("Ballina Castings", "EUR"),
            plain("Ormeau PCB", "EUR"),
            plain("Delft Optiek", "EUR"),
            plain("Clew Freight", "EUR"),
            plain("Shannon Power", "EUR"),
            plain("Wapping Cables", "GBP"),
            plain("Tyne Fixings", "GBP"),
            plain("Parallax Sensors", "USD"),
            plain("Tamagawa Glass", "JPY"),
            plain("Jahra Logistics", "KWD"),
        ],
    ),
    ("Liabilities/Payroll and tax", &[plain(NET_PAY, "EUR"), plain(PAY_TAX, "EUR"), plain(VAT, "EUR")]),
    ("Income", &[plain(SALES, "EUR"), plain(SERVICE, "EUR"), plain(INTEREST, "EUR")]),
    (
        "Expenses",
        &[
            plain(PURCHASES, "EUR"),
            plain(WAGES, "EUR"),
            plain(RENT, "EUR"),
            plain(POWER, "EUR"),
            plain(TRAVEL, "EUR"),
            plain(OFFICE, "EUR"),
            plain(FEES, "EUR"),
            plain(CARD_FEES, "EUR"),
            plain(EXCHANGE, "EUR"),
        ],
    ),
];

/// The account number of a bank balance.
pub(crate) fn account_of(name: &str) -> &'static str {
    CHART
        .iter()
        .flat_map(|(_, balances)| balances.iter())
        .find(|planned| planned.name == name)
        .and_then(|planned| planned.account)
        .unwrap_or("")
}
