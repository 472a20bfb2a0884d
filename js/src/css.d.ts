// Type declaration for imported style sheets; esbuild bundles them into static/index.css.
declare module "*.css";
