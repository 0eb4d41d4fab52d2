import { describe, expect, it } from 'vitest'
import { sureness, target, type Suggestion } from './erp'

const suggestion = (target: string): Suggestion => ({
  target,
  contractId: 'c',
  contractNo: '',
  projectId: 'p',
  projectName: '',
  score: 50,
  reasons: [],
})

describe('contracts of an ERP', () => {
  it('names one target alone', () => {
    expect(target(suggestion('contract'), 'n')).toEqual({ contractId: 'c', projectId: '', newProject: '' })
    expect(target(suggestion('project'), 'n')).toEqual({ contractId: '', projectId: 'p', newProject: '' })
    expect(target(suggestion('new_project'), 'n')).toEqual({ contractId: '', projectId: '', newProject: 'n' })
  })
  it('says how sure a score is', () => {
    expect([100, 70, 69, 45, 44, 0].map(sureness)).toEqual(['high', 'high', 'medium', 'medium', 'low', 'low'])
  })
})
