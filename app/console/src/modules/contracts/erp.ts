// What the pages about contracts of ERPs share.
import type { components } from '@/api/schema'

export type ErpContract = components['schemas']['ERPContract']
export type Suggestion = components['schemas']['LinkSuggestion']

/** How sure a suggestion is, for its tag. */
export function sureness(score: number): 'high' | 'medium' | 'low' {
  if (score >= 70) return 'high'
  return score >= 45 ? 'medium' : 'low'
}

/** The body that links a contract as suggested. */
export function target(suggestion: Suggestion, name: string) {
  switch (suggestion.target) {
    case 'contract':
      return { contractId: suggestion.contractId, projectId: '', newProject: '' }
    case 'project':
      return { contractId: '', projectId: suggestion.projectId, newProject: '' }
    default:
      return { contractId: '', projectId: '', newProject: name }
  }
}
