import { useQuery } from "@tanstack/react-query";
import { useParams } from "react-router";
import { productQuery } from "../../api/products.ts";
import { addToCart, MAX_QUANTITY, useCart } from "../../features/cart/store.ts";
import { ProductDetails, ProductDetailsSkeleton } from "../../features/catalog/ProductDetails.tsx";
import { LoadProblem } from "../LoadProblem.tsx";
import { NotFound } from "../NotFound.tsx";

/** One product. */
export default function ProductPage() {
  const { id = "" } = useParams();
  const answer = useQuery(productQuery(id));
  const inCart = useCart().find((line) => line.product_id === id)?.quantity ?? 0;
  const product = answer.data;
  if (product === null) return <NotFound what="This product is not on our shelves" />;
  if (product) {
    return (
      <ProductDetails
        key={product.id}
        product={product}
        inCart={inCart}
        maxQuantity={MAX_QUANTITY}
        onAdd={(quantity) => addToCart(product.id, quantity, product.available)}
      />
    );
  }
  if (answer.isError) return <LoadProblem error={answer.error} onRetry={() => void answer.refetch()} />;
  return <ProductDetailsSkeleton />;
}
