// wasi:logging on standard error.
export const logging = { log: (level, context, message) => console.error(`[${level}] ${context}: ${message}`) };
