/// <reference types="vite/client" />
/** True when the build carries /__kit (ZHUXIN_CONSOLE_KIT=1), which axe runs on. */
declare const __KIT__: boolean
