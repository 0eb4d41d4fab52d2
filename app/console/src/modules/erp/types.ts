import type { components } from '@/api/schema'

export type Connection = components['schemas']['Connection']
export type Run = components['schemas']['Run']
