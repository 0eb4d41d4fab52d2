// The texts that every page needs, as one file for the browser; menu titles are among
// them, one small file per module, because the sider is always there.
import common from '../locales/en-US/common.json'
import kit from '../locales/en-US/kit.json'
import shell from '../locales/en-US/shell.json'
import status from '../locales/en-US/status.json'
import { byModule } from './byModule'

const menu = byModule(import.meta.glob<{ default: object }>('../locales/en-US/menu/*.json', { eager: true }))

export default { common, kit, menu, shell, status }
