(** The descent lemma: a Lipschitz gradient gives the quadratic upper bound that "smooth" asks for. *)

From Coq Require Import Reals Lra.
From Analog Require Import Sums InnerProduct.
Local Open Scope R_scope.

Section descent.
  Context {H : space}.

  Definition line (w u : H) (t : R) : H := plus w (scal t u).
  Definition minus (u w : H) : H := plus u (scal (-1) w).

  (** On the set [D], f has the gradient [grad]: along every line it is the derivative. *)
  Definition has_gradient (D : H -> Prop) (f : H -> R) (grad : H -> H) : Prop :=
    forall w u t, D (line w u t) -> derivable_pt_lim (fun s => f (line w u s)) t (inner (grad (line w u t)) u).

  Definition lipschitz (D : H -> Prop) (grad : H -> H) (L : R) : Prop :=
    forall w z, D w -> D z -> norm (minus (grad w) (grad z)) <= L * norm (minus w z).

  Variables (D : H -> Prop) (f : H -> R) (grad : H -> H) (L : R).
  Hypothesis gradient : has_gradient D f grad.
  Hypothesis Lipschitz : lipschitz D grad L.

  (** The segment from w to w + u lies in D: all of it if D is convex. *)
  (* Claim: smooth.descent *)
  Theorem descent w u :
    (forall t, 0 <= t <= 1 -> D (line w u t)) ->
    f (line w u 1) <= f (line w u 0) + inner (grad (line w u 0)) u + L / 2 * inner u u.
  Proof.
    intros Seg.
    set (g t := inner (grad (line w u t)) u).
    set (psi t := f (line w u t) - (g 0 * t + L / 2 * inner u u * (t * t))).
    assert (Der : forall t, 0 <= t <= 1 ->
      derivable_pt_lim psi t (g t - (g 0 * 1 + L / 2 * inner u u * (1 * t + t * 1)))).
    { intros t Ht. apply derivable_pt_lim_minus; [now apply gradient, Seg|].
      apply derivable_pt_lim_plus; [apply derivable_pt_lim_scal, derivable_pt_lim_id|].
      apply derivable_pt_lim_scal, (derivable_pt_lim_mult id id); apply derivable_pt_lim_id. }
    destruct (MVT_cor2 psi _ 0 1 Rlt_0_1 Der) as (t & E & Ht).
    assert (Grow : g t - g 0 <= L * t * inner u u).
    { replace (g t - g 0) with (inner (minus (grad (line w u t)) (grad (line w u 0))) u)
        by (unfold minus, g; rewrite inner_plus, inner_scal; ring).
      apply Rle_trans with (1 := cauchy_schwarz _ _).
      assert (Far : norm (minus (line w u t) (line w u 0)) = t * norm u).
      { rewrite <- (Rabs_pos_eq t) at 2 by lra. rewrite <- norm_scal. unfold norm, minus, line. f_equal.
        repeat rewrite ?inner_plus, ?inner_scal, ?inner_plus_r, ?inner_scal_r. rewrite (inner_sym u w). ring. }
      pose proof (Lipschitz _ _ (Seg t ltac:(lra)) (Seg 0 ltac:(lra))) as Lip. rewrite Far in Lip.
      apply (Rmult_le_compat_r (norm u)) in Lip; [|apply norm_nonneg].
      rewrite <- (norm_sq u). lra. }
    change (inner (grad (line w u 0)) u) with (g 0). unfold psi in E. lra.
  Qed.
End descent.
