import { VueQueryPlugin } from '@tanstack/vue-query'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './App.vue'
import { makeQueryClient } from './api/queryClient'
import { i18n, loadMessages, setLocale } from './i18n'
import { router } from './router'
import { usePreferences } from './stores/preferences'
import 'element-plus/theme-chalk/base.css'
import 'element-plus/theme-chalk/dark/css-vars.css'
import './styles/tokens.css'
import './styles/element.css'
import './styles/base.css'

async function start(): Promise<void> {
  const app = createApp(App)
  app.use(createPinia())
  const preferences = usePreferences()
  await setLocale(preferences.state.locale)
  app.use(i18n).use(VueQueryPlugin, { queryClient: makeQueryClient() }).use(router)
  await router.isReady()
  app.mount('#app')
  // What may go wrong is said by several hundred texts, which no page needs to be drawn.
  await loadMessages('error')
}

void start()
