import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

export default defineConfig({
  plugins: [svelte()],
  clearScreen: false,
  resolve: { alias: { $lib: path('./src/lib'), $app: path('./src/app') } },
  server: { port: 5173, strictPort: true },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    // The content policy allows fonts and images from the bundle only: nothing may become a data: address.
    assetsInlineLimit: 0,
    // Only the application is an entry. gallery.html is served by the development server and never built.
    rollupOptions: { input: path('./index.html') },
  },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
});
