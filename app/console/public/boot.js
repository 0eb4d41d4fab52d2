// Runs before the first paint, so that neither theme nor language flashes.
;(function () {
  var preferences = {}
  try {
    preferences = JSON.parse(localStorage.getItem('zhuxin.preferences') || '{}')
  } catch {
    // Storage is blocked or holds rubbish: the defaults below apply.
  }
  var theme = preferences.theme || 'system'
  var dark = theme === 'dark' || (theme === 'system' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.classList.toggle('dark', dark)
  if (preferences.locale) document.documentElement.lang = preferences.locale
})()
