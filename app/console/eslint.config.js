import pluginVue from 'eslint-plugin-vue'
import a11y from 'eslint-plugin-vuejs-accessibility'
import tseslint from 'typescript-eslint'

export default tseslint.config(
  { ignores: ['dist', 'node_modules', 'src/api/schema.d.ts', 'src/components.d.ts'] },
  ...tseslint.configs.recommended,
  ...pluginVue.configs['flat/essential'],
  ...a11y.configs['flat/recommended'],
  {
    files: ['**/*.vue'],
    languageOptions: { parserOptions: { parser: tseslint.parser } },
  },
  {
    rules: {
      // Element components carry their own label handling, the kit names them by
      // aria-label; axe checks the result on every page.
      'vuejs-accessibility/label-has-for': 'off',
      'vuejs-accessibility/form-control-has-label': 'off',
      // The one autofocus is the palette's search box, opened by the person.
      'vuejs-accessibility/no-autofocus': 'error',
      'vue/multi-word-component-names': 'off',
      'vue/no-v-html': 'error',
      'vue/component-api-style': ['error', ['script-setup']],
      'no-console': 'error',
      'no-restricted-imports': [
        'error',
        {
          name: 'zod',
          message: "use z of '@/lib/zod': as it comes, zod breaks the content security policy",
          allowTypeImports: true,
        },
        {
          name: 'zod/mini',
          message: "use z of '@/lib/zod': as it comes, zod breaks the content security policy",
          allowTypeImports: true,
        },
      ],
      'no-restricted-globals': [
        'error',
        { name: 'fetch', message: 'use the typed client of @/api/client, files.ts, or kratosClient.ts' },
      ],
    },
  },
  {
    files: [
      'scripts/**',
      'e2e/**',
      'src/**/*.test.ts',
      'src/api/files.ts',
      'src/modules/auth/kratosClient.ts',
      'vite.config.ts',
    ],
    rules: { 'no-console': 'off', 'no-restricted-globals': 'off' },
  },
)
