import { QueryClient } from '@tanstack/vue-query'
import { ApiError } from './error'

/** Reads are repeated only when the same request may succeed later; writes never. */
export function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 15_000,
        retry: (failures, error) => error instanceof ApiError && error.temporary && failures < 2,
        retryDelay: (attempt, error) =>
          error instanceof ApiError && error.retryAfter > 0
            ? Math.min(error.retryAfter, 10) * 1000
            : Math.min(500 * 2 ** attempt, 4000),
        refetchOnWindowFocus: true,
      },
      mutations: { retry: false },
    },
  })
}
