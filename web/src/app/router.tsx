import { createBrowserRouter, type RouteObject } from "react-router";
import { requestFocus } from "../shared/lib/navigation-focus.ts";
import { ErrorPage } from "./ErrorPage.tsx";
import { Layout } from "./Layout.tsx";
import { ShelfPage } from "./routes/ShelfPage.tsx";

/** Loads a page's code when its route is first wanted. */
const page = (load: () => Promise<{ default: React.ComponentType }>): NonNullable<RouteObject["lazy"]> => {
  return async () => ({ Component: (await load()).default });
};

/** Fetches the code of the product page ahead of a visit. */
export const preloadProductPage = () => import("./routes/ProductPage.tsx");

/** The pages of the shop. The shelf is in the first load, because most visits begin there. */
export const routes: RouteObject[] = [
  {
    element: <Layout />,
    errorElement: <ErrorPage />,
    HydrateFallback: () => null,
    children: [
      {
        errorElement: <ErrorPage inside />,
        children: [
          { index: true, element: <ShelfPage /> },
          { path: "products/:id", lazy: page(preloadProductPage) },
          { path: "cart", lazy: page(() => import("./routes/CartPage.tsx")) },
          { path: "checkout", lazy: page(() => import("./routes/CheckoutPage.tsx")) },
          { path: "orders", lazy: page(() => import("./routes/OrdersPage.tsx")) },
          { path: "orders/:id", lazy: page(() => import("./routes/OrderPage.tsx")) },
          { path: "sign-in", lazy: page(() => import("./routes/SignInPage.tsx")) },
          { path: "register", lazy: page(() => import("./routes/RegisterPage.tsx")) },
          { path: "account", lazy: page(() => import("./routes/AccountPage.tsx")) },
          { path: "*", lazy: page(() => import("./routes/NotFoundPage.tsx")) },
        ],
      },
    ],
  },
];

/** The router of the running app; a change of path asks for the focus to move to the new page's heading. */
export function createRouter() {
  const router = createBrowserRouter(routes);
  let path = router.state.location.pathname;
  router.subscribe(({ location }) => {
    if (location.pathname === path) return;
    path = location.pathname;
    requestFocus();
  });
  return router;
}
