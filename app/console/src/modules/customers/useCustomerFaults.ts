// Faults of the form in words: those found here first, then the server's.
import { computed, nextTick, ref, watch, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { faultsByField } from '@/api/error'
import { useErrorText } from '@/api/errorText'
import { formFaults, type CustomerForm } from './customerForm'

export function useCustomerFaults(form: Ref<CustomerForm>) {
  const { t, te } = useI18n()
  const { describeField } = useErrorText()
  const tried = ref(false)
  const failure = ref<unknown>(null)

  const errors = computed(() => {
    const found: Record<string, string> = {}
    for (const [field, fault] of Object.entries(faultsByField(failure.value)))
      found[field] = describeField(fault)
    if (tried.value) {
      for (const [field, fault] of Object.entries(formFaults(form.value))) {
        const key = `customers.form.fault.${fault}`
        found[field] = te(key) ? t(key) : fault
      }
    }
    return found
  })
  /** A long form: the first field with a fault comes into view. */
  const showFirst = () =>
    nextTick(() =>
      document.querySelector('.zx-field.is-invalid')?.scrollIntoView({ block: 'center', behavior: 'smooth' }),
    )
  watch(failure, (now) => {
    if (now) void showFirst()
  })
  const valid = () => {
    tried.value = true
    const sound = Object.keys(formFaults(form.value)).length === 0
    if (!sound) void showFirst()
    return sound
  }
  return { errors, failure, valid }
}
