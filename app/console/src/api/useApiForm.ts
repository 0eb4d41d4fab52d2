// TanStack form with a zod schema, and the server's field faults shown at their fields.
import { revalidateLogic, useForm } from '@tanstack/vue-form'
import { ref, type Ref } from 'vue'
import type { ZodType } from 'zod'
import { ApiError, formPath } from './error'
import { useErrorText } from './errorText'

interface Options<Input, Output> {
  defaults: Input
  /** Messages of the schema are keys below `validation.` or finished texts. */
  schema: ZodType<Output, Input>
  /** Sends the parsed values; an ApiError it throws is shown at its fields and in `failure`. */
  submit: (values: Output) => Promise<unknown>
}

/**
 * `form` is TanStack's form; fields validate on blur at first and live after the
 * first try to submit. `failure` holds the last error of the server until the next try.
 */
export function useApiForm<Input, Output = Input>(options: Options<Input, Output>) {
  const { describeField } = useErrorText()
  const failure: Ref<unknown> = ref(null)

  const form = useForm({
    defaultValues: options.defaults,
    validationLogic: revalidateLogic({ mode: 'blur', modeAfterSubmission: 'change' }),
    validators: {
      onDynamic: options.schema,
      onSubmitAsync: async ({ value }: { value: Input }) => {
        failure.value = null
        try {
          await options.submit(options.schema.parse(value))
          return undefined
        } catch (error) {
          failure.value = error
          const fields: Record<string, string> = {}
          if (error instanceof ApiError) {
            for (const fault of error.fields) fields[formPath(fault.field)] ??= describeField(fault)
          }
          return { form: 'submit', fields }
        }
      },
    },
  })

  return { form, failure }
}

interface BoundField<T> {
  state: { value: T; meta: { errors: unknown[] } }
  handleChange: (value: T) => void
  handleBlur: () => void
}

/** Props and events that tie a kit field to a form field: `<TextField v-bind="bind(field)" …/>`. */
export function bind<T>(field: BoundField<T>) {
  const [first] = field.state.meta.errors
  const error =
    typeof first === 'string' ? first : ((first as { message?: string } | undefined)?.message ?? '')
  return {
    modelValue: field.state.value,
    error,
    'onUpdate:modelValue': (value: T) => field.handleChange(value),
    onBlur: () => field.handleBlur(),
  }
}
