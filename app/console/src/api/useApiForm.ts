// TanStack form with a zod schema, and the server's field faults shown at their fields.
import { revalidateLogic, useForm } from '@tanstack/vue-form'
import { ref, type Ref } from 'vue'
import type { ZodMiniType } from 'zod/mini'
import { afterPress } from '@/lib/pointer'
import { ApiError, formPath } from './error'
import { useErrorText } from './errorText'

interface Options<Input, Output> {
  defaults: Input
  /** Messages of the schema are keys below `validation.` or finished texts. */
  schema: ZodMiniType<Output, Input>
  /** Sends the parsed values; an ApiError it throws is shown at its fields and in `failure`. */
  submit: (values: Output) => Promise<unknown>
}

interface Extra {
  /**
   * The server's faults by field path stay outside of TanStack: as its own submit
   * errors they would keep the form invalid, and the person could not send again.
   */
  faults: Ref<Record<string, string>>
  attempts: Readonly<Ref<number>>
}
const extras = new WeakMap<object, Extra>()

/**
 * `form` is TanStack's form, validated live; a field shows what is wrong once it was left
 * or the form was tried. `failure` holds the last error of the server until the next try.
 */
export function useApiForm<Input, Output = Input>(options: Options<Input, Output>) {
  const { describeField } = useErrorText()
  const failure: Ref<unknown> = ref(null)
  const faults = ref<Record<string, string>>({})

  const form = useForm({
    defaultValues: options.defaults,
    canSubmitWhenInvalid: true,
    validationLogic: revalidateLogic({ mode: 'change', modeAfterSubmission: 'change' }),
    validators: { onDynamic: options.schema },
    onSubmit: async ({ value }: { value: Input }) => {
      failure.value = null
      faults.value = {}
      try {
        await options.submit(options.schema.parse(value))
      } catch (error) {
        failure.value = error
        if (!(error instanceof ApiError)) return
        const found: Record<string, string> = {}
        for (const fault of error.fields) found[formPath(fault.field)] ??= describeField(fault)
        faults.value = found
      }
    },
  })
  extras.set(form, { faults, attempts: form.useStore((state) => state.submissionAttempts) })

  return { form, failure, faults }
}

interface BoundField<T> {
  name: string
  form: object
  state: { value: T; meta: { errors: unknown[]; isBlurred: boolean } }
  handleChange: (value: T) => void
  handleBlur: () => void
}

/** Props and events that tie a kit field to a form field: `<TextField v-bind="bind(field)" …/>`. */
export function bind<T>(field: BoundField<T>) {
  const { faults, attempts } = extras.get(field.form) ?? {}
  const { errors, isBlurred } = field.state.meta
  const first = isBlurred || attempts?.value ? errors[0] : undefined
  const own = typeof first === 'string' ? first : ((first as { message?: string } | undefined)?.message ?? '')
  return {
    modelValue: field.state.value,
    error: own || faults?.value[field.name] || '',
    'onUpdate:modelValue': (value: T) => {
      // What the server said was about the old value.
      if (faults?.value[field.name]) faults.value = { ...faults.value, [field.name]: '' }
      field.handleChange(value)
    },
    onBlur: () => afterPress(() => field.handleBlur()),
  }
}
