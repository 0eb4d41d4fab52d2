/** The fields of each channel's credential; `secret` ones are typed covered. */
export const credentials: Record<string, { name: string; secret: boolean; optional?: boolean }[]> = {
  mail: [],
  aliyun_sms: [
    { name: 'access_key_id', secret: false },
    { name: 'access_key_secret', secret: true },
    { name: 'sign_name', secret: false },
    { name: 'template.dunning.reminder', secret: false },
    { name: 'template.dunning.overdue', secret: false },
    { name: 'template.staff.notice', secret: false, optional: true },
  ],
  tencent_sms: [
    { name: 'secret_id', secret: false },
    { name: 'secret_key', secret: true },
    { name: 'sdk_app_id', secret: false },
    { name: 'sign_name', secret: false },
    { name: 'region', secret: false, optional: true },
    { name: 'template.dunning.reminder', secret: false },
    { name: 'template.dunning.overdue', secret: false },
    { name: 'template.staff.notice', secret: false, optional: true },
  ],
  wecom: [{ name: 'webhook', secret: true }],
  dingtalk: [
    { name: 'webhook', secret: true },
    { name: 'secret', secret: true },
  ],
  feishu: [
    { name: 'webhook', secret: true },
    { name: 'secret', secret: true },
  ],
}
export const isSms = (kind: string) => kind.endsWith('_sms')
export const isRobot = (kind: string) => ['wecom', 'dingtalk', 'feishu'].includes(kind)
export const channelKinds = Object.keys(credentials)
