import { fileURLToPath, URL } from 'node:url'
import VueI18n from '@intlify/unplugin-vue-i18n/vite'
import vue from '@vitejs/plugin-vue'
import ElementPlus from 'unplugin-element-plus/vite'
import { ElementPlusResolver } from 'unplugin-vue-components/resolvers'
import Components from 'unplugin-vue-components/vite'
import { compression, defineAlgorithm } from 'vite-plugin-compression2'
import { defineConfig } from 'vitest/config'
import { leanElement, singleIcons } from './scripts/lean.ts'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

// In development the gateway (or Kratos alone) runs elsewhere; the browser must
// still see one origin, or Kratos' cookies and CSRF check break (kratos#3316).
const gateway = process.env.ZHUXIN_GATEWAY_URL ?? 'http://127.0.0.1:8080'
const kratos = process.env.ZHUXIN_KRATOS_URL ?? gateway

export default defineConfig({
  plugins: [
    vue(),
    Components({
      dirs: [],
      resolvers: [ElementPlusResolver({ importStyle: 'css' })],
      dts: 'src/components.d.ts',
    }),
    ElementPlus({}),
    leanElement(),
    singleIcons(),
    VueI18n({
      include: [here('./src/locales/**/*.json')],
      strictMessage: false,
      // All texts are compiled here, so the browser needs no compiler and no eval.
      dropMessageCompiler: true,
      fullInstall: false,
    }),
    compression({
      algorithms: [defineAlgorithm('gzip', { level: 9 }), defineAlgorithm('brotliCompress')],
      threshold: 1024,
      exclude: [/\.(br|gz|png|woff2)$/, /\.vite\//],
    }),
  ],
  resolve: { alias: { '@': here('./src') } },
  build: {
    target: 'es2022',
    manifest: true,
    chunkSizeWarningLimit: 650,
    rolldownOptions: {
      output: {
        // Only what the first page runs anyway, for fewer requests. Never a group for a
        // lazy library: one for echarts pulled shared helpers into its chunk and made
        // the login page preload 235 kB of charts (measured).
        codeSplitting: {
          groups: [
            {
              name: 'vendor',
              test: /node_modules[\\/](@vue|vue|vue-router|pinia|vue-i18n|@intlify|@tanstack[\\/](query-core|vue-query|match-sorter-utils))[\\/]|plugin-vue.export-helper/,
            },
          ],
        },
      },
    },
  },
  define: {
    __KIT__: JSON.stringify(process.env.ZHUXIN_CONSOLE_KIT === '1'),
    // Nothing here nor in Element's parts is written in the old style of components.
    __VUE_OPTIONS_API__: false,
    __INTLIFY_PROD_DEVTOOLS__: false,
  },
  server: {
    strictPort: true,
    proxy: {
      '/v1': gateway,
      '/openapi.yaml': gateway,
      '/self-service': kratos,
      '/sessions': kratos,
      '/.well-known/ory': kratos,
    },
  },
  test: {
    environment: 'happy-dom',
    include: ['src/**/*.test.ts'],
    server: { deps: { inline: ['element-plus'] } },
  },
})
