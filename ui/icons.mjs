// The icons that the pages use, by their name in lucide. `npm run build` fails on one that does not exist.
export const icons = [
  "sunrise", "square-kanban", "workflow", "file-text", "lightbulb", "pen-line", "rocket", "activity", "clipboard-check",
  "library", "database", "settings", "search", "moon", "sun", "log-out", "check", "x", "triangle-alert", "info",
  "arrow-right", "chevron-right", "chevron-down", "chevron-left", "chevron-up", "plus", "download", "upload", "copy", "clipboard-paste",
  "users", "key-round", "scroll-text", "ellipsis", "menu", "list-filter", "trash-2", "history", "play", "skip-forward",
  "file-check", "file-x", "circle", "circle-dot", "circle-check", "circle-x", "lock", "external-link", "keyboard",
  "calendar", "target", "mail", "image", "grip-vertical", "pencil", "ban", "user", "eye", "store", "cpu", "clock",
  "octagon-alert", "scale", "quote", "tag", "columns-3", "table", "chart-line", "move", "megaphone", "shield-check",
  "coins", "book-open-check", "power-off", "heart-pulse", "gauge",
  "sparkles", "microscope", "list-ordered", "bug",
];
