"""Books of a concrete maker in a real Tryton: two customers, a delivered and invoiced order, one delivered only, a part payment."""
import datetime as dt
import sys
from decimal import Decimal
from proteus import Model, Wizard, config
from trytond.exceptions import UserWarning as Warn
from trytond.modules.account.tests.tools import create_chart, create_fiscalyear, get_accounts
from trytond.modules.account_invoice.tests.tools import create_payment_term, set_fiscalyear_invoice_sequences
from trytond.modules.company.tests.tools import create_company, get_company

c = config.set_trytond(sys.argv[1], config_file=sys.argv[2])
today = dt.date.today()


def click(record, button):
    for _ in range(5):
        try:
            return record.click(button)
        except Warn as e:
            Model.get('res.user.warning')(user=c.user, name=e.name, always=False).save()


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
Party = Model.get('party.party')


def party(name, code):
    p = Party(name=name)
    i = p.identifiers.new()
    i.type, i.code = 'cn_uscc', code
    p.save()
    return p


p1 = party('示例甲混凝土有限公司', '91330100MAX0A001X8')
p2 = party('示例乙建设工程有限公司', '91420100MAX0B00233')
term = Model.get('account.invoice.payment_term')(name='30天')
term.lines.new(type='remainder').relativedeltas.new(days=30)
term.save()
m3, = Model.get('product.uom').find([('name', '=', 'Cubic meter')])
category = Model.get('product.category')(name='建材', accounting=True)
category.account_revenue, category.account_expense = accounts['revenue'], accounts['expense']
category.save()
template = Model.get('product.template')(name='C30', default_uom=m3, type='goods', salable=True, list_price=Decimal('420'), account_category=category)
template.save()
product = template.products[0]


def deliver(p, quantity):
    Sale = Model.get('sale.sale')
    s = Sale(party=p, payment_term=term, invoice_method='shipment', shipment_method='order', sale_date=today)
    line = s.lines.new()
    line.product, line.quantity, line.unit_price = product, quantity, Decimal('420')
    s.save()
    for button in ('quote', 'confirm', 'process'):
        s.reload()
        if s.state not in ('processing',):
            click(s, button)
    s.reload()
    shipment, = s.shipments
    shipment.effective_date = today
    shipment.save()
    for button in ('assign_force', 'pick', 'pack', 'done'):
        click(shipment, button)
    s.reload()
    return s


a = deliver(p1, 500)
invoice, = a.invoices
invoice.invoice_date = today
click(invoice, 'post')
cash, = Model.get('account.journal').find([('type', '=', 'cash')])
method = Model.get('account.invoice.payment.method')(name='银行', journal=cash, credit_account=accounts['cash'], debit_account=accounts['cash'])
method.save()
pay = Wizard('account.invoice.pay', [invoice])
pay.form.payment_method, pay.form.amount, pay.form.date = method, Decimal('100000'), today
pay.execute('choice')
if pay.form_state == 'ask':
    pay.form.type = 'partial'
    pay.execute('pay')
deliver(p1, 8.5)
print('ready')
