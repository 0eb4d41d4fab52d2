"""Books of a concrete maker in a real Tryton, made step by step.

open: two customers; a delivered and invoiced order with a part payment, and one that is delivered only; one that is ordered only.
more: another part payment of that invoice, and another order delivered and invoiced.
limit: prints the credit limit of the customer who buys.
"""
import datetime as dt
import sys
from decimal import Decimal
from proteus import Model, Wizard, config
from trytond.exceptions import UserWarning as Warn
from trytond.modules.account.tests.tools import create_chart, create_fiscalyear, get_accounts
from trytond.modules.account_invoice.tests.tools import create_payment_term, set_fiscalyear_invoice_sequences
from trytond.modules.company.tests.tools import create_company, get_company

database, conf, step = sys.argv[1:4]
c = config.set_trytond(database, config_file=conf)
today = dt.date.today()
Party = Model.get('party.party')


def click(record, button):
    for _ in range(5):
        try:
            return record.click(button)
        except Warn as e:
            Model.get('res.user.warning')(user=c.user, name=e.name, always=False).save()


def party(name, code):
    p = Party(name=name)
    i = p.identifiers.new()
    i.type, i.code = 'cn_uscc', code
    p.save()
    return p


def found():
    Cur = Model.get('currency.currency')
    cny = Cur(name='人民币', symbol='¥', code='CNY', numeric_code='156', digits=2, rounding=Decimal('0.01'))
    cny.rates.new(date=dt.date(2020, 1, 1), rate=Decimal('1'))
    cny.save()
    create_company(currency=cny)
    company = get_company()
    year = set_fiscalyear_invoice_sequences(create_fiscalyear(company, today))
    year.click('create_period')
    create_chart(company)
    accounts = get_accounts(company)
    party('示例甲混凝土有限公司', '91330100MAX0A001X8')
    party('示例乙建设工程有限公司', '91420100MAX0B00233')
    term = Model.get('account.invoice.payment_term')(name='30天')
    term.lines.new(type='remainder').relativedeltas.new(days=30)
    term.save()
    m3, = Model.get('product.uom').find([('name', '=', 'Cubic meter')])
    category = Model.get('product.category')(name='建材', accounting=True)
    category.account_revenue, category.account_expense = accounts['revenue'], accounts['expense']
    category.save()
    Model.get('product.template')(name='C30', default_uom=m3, type='goods', salable=True, list_price=Decimal('420'), account_category=category).save()
    cash, = Model.get('account.journal').find([('type', '=', 'cash')])
    Model.get('account.invoice.payment.method')(name='银行', journal=cash, credit_account=accounts['cash'], debit_account=accounts['cash']).save()


def order(p, quantity):
    Sale = Model.get('sale.sale')
    term, = Model.get('account.invoice.payment_term').find([])
    product, = Model.get('product.product').find([])
    s = Sale(party=p, payment_term=term, invoice_method='shipment', shipment_method='order', sale_date=today)
    line = s.lines.new()
    line.product, line.quantity, line.unit_price = product, quantity, Decimal('420')
    s.save()
    for button in ('quote', 'confirm', 'process'):
        s.reload()
        if s.state not in ('processing',):
            click(s, button)
    s.reload()
    return s


def deliver(s):
    shipment, = s.shipments
    shipment.effective_date = today
    shipment.save()
    for button in ('assign_force', 'pick', 'pack', 'done'):
        click(shipment, button)
    s.reload()
    return s


def bill(s):
    invoice, = s.invoices
    invoice.invoice_date = today
    click(invoice, 'post')
    return invoice


def pay(invoice, amount):
    method, = Model.get('account.invoice.payment.method').find([])
    wizard = Wizard('account.invoice.pay', [invoice])
    wizard.form.payment_method, wizard.form.amount, wizard.form.date = method, Decimal(amount), today
    wizard.execute('choice')
    if wizard.form_state == 'ask':
        wizard.form.type = 'partial'
        wizard.execute('pay')


def buyer():
    p, = Party.find([('name', '=', '示例甲混凝土有限公司')])
    return p


if step == 'open':
    found()
    pay(bill(deliver(order(buyer(), 500))), '100000')
    deliver(order(buyer(), 8.5))
    order(buyer(), 20)
elif step == 'more':
    invoice, = Model.get('account.invoice').find([('state', '=', 'posted')])
    pay(invoice, '30000.50')
    bill(deliver(order(buyer(), 10)))
elif step == 'limit':
    print(buyer().credit_limit_amount)
else:
    sys.exit('no step ' + step)
