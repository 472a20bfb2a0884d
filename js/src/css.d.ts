// esbuild turns an imported style sheet into static/index.css.
declare module "*.css";
