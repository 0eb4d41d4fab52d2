// The texts that every page needs, as one file for the browser; menu titles are among
// them, one small file per module, because the sider is always there.
import common from '../locales/zh-CN/common.json'
import kit from '../locales/zh-CN/kit.json'
import shell from '../locales/zh-CN/shell.json'
import status from '../locales/zh-CN/status.json'
import { byModule } from './byModule'

const menu = byModule(import.meta.glob<{ default: object }>('../locales/zh-CN/menu/*.json', { eager: true }))

export default { common, kit, menu, shell, status }
