"""Names of columns as companies and their programs write them, and what each usually means."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

CURRENCIES = (
    "GBP", "USD", "EUR", "CHF", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF", "RON", "CAD", "AUD", "NZD", "JPY", "CNY",
    "INR", "BRL", "MXN", "ZAR", "SGD", "HKD", "TRY",
)  # fmt: skip
"""Currency codes that are looked for in names of columns."""

SYMBOLS = {"£": "GBP", "€": "EUR", "US$": "USD", "$": "USD", "¥": "JPY", "₹": "INR"}
"""Currency signs and the currency that each most often stands for."""

_TOKENS = {code.lower() for code in CURRENCIES}


def plain_name(header: str) -> str:
    """A column's name in lower-case words without currencies: `unit_price_gbp` and `UnitPrice` are `unit price`."""
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", header)
    words = re.sub(r"[^\w]+|_", " ", split.lower()).split()
    return " ".join(word for word in words if word not in _TOKENS) or " ".join(words)


def currency_in_name(header: str) -> str | None:
    """The currency that a column's name tells, as in `spend_usd` or `Price (£)`."""
    words = re.sub(r"[^\w]+|_", " ", header.lower()).split()
    for code in CURRENCIES:
        if code.lower() in words:
            return code
    return next((code for sign, code in SYMBOLS.items() if sign in header), None)


SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "customer_id": (
        "customer id", "customerid", "customer number", "customer no", "customer nr", "customer code",
        "customer key", "customer unique id", "client id", "client number", "account id", "account number",
        "account no", "account code", "buyer id", "member id", "user id", "cust id", "cust no", "custid", "sold to",
        "sold to party", "customer user id", "kundennummer", "kundennr", "kunden nr", "kunden id", "kunde",
        "numero client", "no client", "code client", "id client", "client", "id cliente", "codigo cliente",
        "numero cliente", "cliente", "customer", "account", "customer email", "email billing", "billing email",
        "email", "e mail", "buyer email", "customer name", "company",
    ),
    "ordered_at": (
        "ordered at", "order date", "order datetime", "order time", "order timestamp", "invoice date", "invoicedate",
        "transaction date", "transaction time", "transaction datetime", "purchase date", "purchased at", "sale date",
        "sales date", "date of sale", "created at", "created utc", "created date utc", "created", "paid at",
        "placed at", "posting date", "booking date", "document date", "billing date", "order purchase timestamp",
        "datetime", "date time", "timestamp", "date", "bestelldatum", "rechnungsdatum", "auftragsdatum",
        "buchungsdatum", "belegdatum", "datum", "date commande", "date de commande", "date facture",
        "date de facture", "date achat", "fecha pedido", "fecha de pedido", "fecha factura", "fecha compra", "fecha",
        "data",
    ),
    "amount": (
        "amount", "line amount", "line total", "net amount", "net sales", "line net", "line value",
        "order line total", "extended price", "extended amount", "sales amount", "sales value", "sales",
        "net revenue", "revenue", "turnover", "spend", "spent", "value", "net value", "total price", "total amount",
        "order total", "order value", "total", "subtotal", "item total", "gross sales", "price total",
        "payment value", "umsatz", "nettoumsatz", "betrag", "nettobetrag", "gesamtpreis", "positionswert", "montant",
        "montant ht", "total ht", "chiffre affaires", "ca", "importe", "importe neto", "monto", "ventas",
    ),
    "quantity": (
        "quantity", "qty", "quantity ordered", "order quantity", "units", "unit count", "units sold", "pieces",
        "pcs", "item quantity", "lineitem quantity", "quantity refund", "volume", "number of items", "menge",
        "anzahl", "stuck", "stueck", "quantite", "qte", "nombre", "cantidad", "unidades", "cant",
    ),
    "unit_price": (
        "unit price", "unitprice", "price per unit", "price each", "price", "item price", "sales price",
        "selling price", "net price", "item cost", "lineitem price", "einzelpreis", "stuckpreis", "preis",
        "preis pro stuck", "prix unitaire", "prix", "pu", "precio unitario", "precio",
    ),
    "order_id": (
        "order id", "orderid", "order number", "order no", "order nr", "order", "invoice", "invoice no", "invoiceno",
        "invoice number", "invoice id", "transaction id", "transaction number", "receipt", "receipt number",
        "basket id", "document number", "document no", "sales order", "bestellnummer", "auftragsnummer",
        "rechnungsnummer", "rechnungsnr", "belegnummer", "numero commande", "no commande", "numero facture",
        "no facture", "id pedido", "numero pedido", "pedido", "numero factura", "factura", "payment intent id",
    ),
    "product_id": (
        "product id", "productid", "product code", "product number", "product no", "product key", "sku", "item sku",
        "lineitem sku", "stock code", "stockcode", "item id", "item code", "item number", "item no", "article",
        "article number", "article id", "material", "material number", "part number", "upc", "ean", "asin",
        "artikelnummer", "artikelnr", "artikel nr", "artikel", "materialnummer", "reference", "ref", "code article",
        "code produit", "reference produit", "codigo producto", "codigo articulo", "articulo", "id producto",
    ),
    "product": (
        "product", "product name", "product title", "product description", "description", "item description",
        "item name", "item", "lineitem name", "article name", "article description", "title", "artikelbezeichnung",
        "bezeichnung", "artikelname", "produkt", "designation", "libelle", "produit", "nom du produit",
        "descripcion", "producto", "nombre producto",
    ),
    "place": (
        "country", "shipping country", "billing country", "country code", "country code billing", "customer country",
        "ship country", "market", "region", "location", "store", "shop", "branch", "city", "state", "land",
        "region name", "lieferland", "ort", "wohnort", "lieferort",
        "bundesland", "pays", "pays de livraison", "magasin", "pais", "tienda", "place",
    ),
    "discount": (
        "discount", "discount amount", "line discount", "discounts", "lineitem discount", "item discount", "rabatt",
        "nachlass", "remise", "descuento",
    ),
    "tax": (
        "tax", "tax amount", "vat", "vat amount", "sales tax", "taxes", "item total tax", "mwst", "ust",
        "mehrwertsteuer", "tva", "iva", "impuesto",
    ),
    "unit_cost": (
        "unit cost", "cost per unit", "cost price", "purchase price", "cogs per unit", "standard cost", "cost",
        "einstandspreis", "einkaufspreis", "cout unitaire", "prix de revient", "prix achat", "coste unitario",
        "costo unitario",
    ),
    "list_price": (
        "list price", "catalog price", "catalogue price", "msrp", "rrp", "listenpreis", "uvp", "prix catalogue",
        "precio de lista",
    ),
    "channel_id": (
        "channel id", "channel", "sales channel", "order channel", "source", "source name", "kanal",
        "vertriebskanal", "canal", "canal de vente", "canal de venta",
    ),
    "currency": ("currency", "currency code", "order currency", "wahrung", "waehrung", "devise", "moneda", "divisa"),
}  # fmt: skip
"""Plain names that each canonical column of order lines goes by, the likeliest first."""


@dataclass(frozen=True, slots=True)
class Layout:
    """One program's export.

    signs: plain names that must all be there. columns: canonical column to plain names, the first
    that is there counts. expressions: canonical column to a text in which {plain name} stands for
    a column; used when all of its columns are there. keep: likewise.
    """

    name: str
    signs: tuple[str, ...]
    columns: Mapping[str, tuple[str, ...]]
    expressions: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    keep: str | None = None


LAYOUTS: tuple[Layout, ...] = (
    Layout(
        "Shopify orders",
        ("name", "financial status", "lineitem quantity", "lineitem price"),
        {
            "customer_id": ("customer id", "email"), "ordered_at": ("created at", "paid at"), "order_id": ("name",),
            "product_id": ("lineitem sku",), "product": ("lineitem name",), "quantity": ("lineitem quantity",),
            "unit_price": ("lineitem price",), "discount": ("lineitem discount",), "channel_id": ("source",),
            "place": ("shipping country", "billing country"), "currency": ("currency",),
        },
    ),
    Layout(
        "WooCommerce order items",
        ("order id", "order date", "item quantity", "item total"),
        {
            "customer_id": ("customer id", "customer user", "billing email", "customer email"),
            "ordered_at": ("order date", "paid date"), "order_id": ("order id", "order number"),
            "product_id": ("item sku", "item product id"), "product": ("item name",), "quantity": ("item quantity",),
            "amount": ("item total",), "tax": ("item total tax",), "place": ("shipping country", "billing country"),
            "currency": ("order currency",),
        },
    ),
    Layout(
        "WooCommerce order items",
        ("order number", "order date", "item name", "item cost"),
        {
            "customer_id": ("customer user id", "email billing"), "ordered_at": ("order date",),
            "order_id": ("order number",), "product_id": ("sku", "item"), "product": ("item name",),
            "quantity": ("quantity refund", "quantity"), "unit_price": ("item cost",), "amount": ("order line total",),
            "place": ("country code shipping", "country code billing"), "currency": ("order currency",),
        },
    ),
    Layout(
        "Stripe payments",
        ("id", "amount", "amount refunded", "currency", "status"),
        {
            "customer_id": ("customer id", "customer email", "card id"),
            "ordered_at": ("created utc", "created date utc", "created"), "order_id": ("id", "payment intent id"),
            "amount": ("amount",), "product": ("description",), "currency": ("currency",),
        },
        {"amount": ("{amount} - coalesce(number({amount refunded}), 0)",)},
        "lower({status}) not in ('failed', 'canceled', 'cancelled', 'incomplete', 'requires_payment_method')",
    ),
    Layout(
        "Square items",
        ("date", "time", "item", "qty", "net sales", "transaction id"),
        {
            "customer_id": ("customer id", "customer reference id", "customer name"), "order_id": ("transaction id",),
            "product_id": ("sku", "item"), "product": ("item",), "quantity": ("qty",), "amount": ("net sales",),
            "tax": ("tax",), "place": ("location",), "channel_id": ("channel",),
        },
        {"ordered_at": ("concat({date}, ' ', {time})",)},
    ),
    Layout(
        "Square transactions",
        ("date", "time", "net sales", "total collected", "transaction id"),
        {
            "customer_id": ("customer id", "customer reference id", "customer name"), "order_id": ("transaction id",),
            "amount": ("net sales",), "tax": ("tax",), "place": ("location",), "channel_id": ("source",),
        },
        {"ordered_at": ("concat({date}, ' ', {time})",)},
    ),
    Layout(
        "Online Retail",
        ("stock code", "description", "quantity", "invoice date", "customer id"),
        {
            "customer_id": ("customer id",), "ordered_at": ("invoice date",), "order_id": ("invoice no", "invoice"),
            "product_id": ("stock code",), "product": ("description",), "quantity": ("quantity",),
            "unit_price": ("unit price", "price"), "place": ("country",),
        },
    ),
    Layout(
        "CDNOW",
        ("customer id", "transaction date", "cds", "spend"),
        {
            "customer_id": ("customer id",), "ordered_at": ("transaction date",), "quantity": ("cds",),
            "amount": ("spend",),
        },
    ),
)  # fmt: skip
"""Exports that are recognised by their headers, the most particular first."""
