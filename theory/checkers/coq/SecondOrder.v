(** The second derivatives of a network's passes, one stage of any width, and what follows from their bounds
    (docs/theory.md#networks): how far a direction is from linear, and how much its derivative changes.

    Derivatives are along two moves of the weights: [one], [two], and [both], along the first and then the second.
    Products of matrices, and outer products, enter by their lengths. *)

From Coq Require Import Reals Lra.
From Analog Require Import Sums InnerProduct Descent Stages.
Local Open Scope R_scope.

(** * One stage *)

(** U x_two + T x_one + W x_both: the second derivative of W x. *)
(* Claim: network.second_product *)
Theorem product_bends {H H1 H2 H3 : space} (Ux Tx Wx : H) (x1 : H1) (x2 : H2) (x12 : H3) u t w e1 e2 e12 :
  0 <= u -> 0 <= t -> 0 <= w -> norm x1 <= e1 -> norm x2 <= e2 -> norm x12 <= e12 ->
  norm Ux <= u * norm x2 -> norm Tx <= t * norm x1 -> norm Wx <= w * norm x12 ->
  norm (plus (plus Ux Tx) Wx) <= u * e2 + t * e1 + w * e12.
Proof.
  intros Hu Ht Hw H1' H2' H12 A B C.
  apply Rle_trans with (1 := minkowski _ _), Rplus_le_compat;
    [apply Rle_trans with (1 := minkowski _ _), Rplus_le_compat|];
    (eapply Rle_trans; [eassumption | now apply Rmult_le_compat_l]).
Qed.

(** The second derivative of delta x^T. *)
(* Claim: network.second_sensitivity *)
Theorem gradient_bends {H G1 G2 G3 G4 K1 K2 K3 K4 : space} (dx12 d1x2 d2x1 d12x : H)
  (d : G1) (d1 : G2) (d2 : G3) (d12 : G4) (x : K1) (x1 : K2) (x2 : K3) (x12 : K4) X D e1 e2 e12 b1 b2 b12 :
  norm d12x <= norm d12 * norm x -> norm d1x2 <= norm d1 * norm x2 -> norm d2x1 <= norm d2 * norm x1 ->
  norm dx12 <= norm d * norm x12 -> norm x <= X -> norm x1 <= e1 -> norm x2 <= e2 -> norm x12 <= e12 ->
  norm d <= D -> norm d1 <= b1 -> norm d2 <= b2 -> norm d12 <= b12 ->
  norm (plus (plus (plus d12x d1x2) d2x1) dx12) <= b12 * X + b1 * e2 + b2 * e1 + D * e12.
Proof.
  intros A B C E Hx H1 H2 H12 Hd D1 D2 D12.
  assert (P : forall (U V : space) (u : U) (v : V) (z : H) a b, norm z <= norm u * norm v -> norm u <= a ->
    norm v <= b -> norm z <= a * b).
  { intros U V u v z a b L La Lb. apply Rle_trans with (1 := L). apply Rmult_le_compat; auto using norm_nonneg. }
  repeat (apply Rle_trans with (1 := minkowski _ _), Rplus_le_compat); eapply P; eassumption.
Qed.

Section elements.
  Context {T : Type} (C : functional T).
  Local Notation elements := (lift C (fun _ => real_space)).
  Variables p0 p1 p2 : R.
  Hypothesis p0_nonneg : 0 <= p0.
  Hypothesis p1_nonneg : 0 <= p1.
  Hypothesis p2_nonneg : 0 <= p2.

  (** A factor of at most c times a vector of at most length l. *)
  Lemma scaled (made whole : elements) (factor : T -> R) c l :
    0 <= c -> (forall t, support C t -> Rabs (factor t) <= c) ->
    (forall t, support C t -> made t = factor t * whole t) -> norm whole <= l -> norm made <= c * l.
  Proof.
    intros Hc F M L. apply Rle_trans with (c * norm whole); [|now apply Rmult_le_compat_l].
    apply elements_at_most; [exact Hc|]. intros t S. rewrite M, Rabs_mult by exact S.
    apply Rmult_le_compat_r; [apply Rabs_pos | now apply F].
  Qed.

  Lemma at_most_product a b x y : Rabs x <= a -> Rabs y <= b -> Rabs (x * y) <= a * b.
  Proof. intros A B. rewrite Rabs_mult. apply Rmult_le_compat; auto using Rabs_pos. Qed.

  (** phi''(z) z_one z_two + phi'(z) z_both: the second derivative of phi(z). *)
  (* Claim: network.second_output *)
  Theorem output_bends (bend turn z2 z12 : elements) (curvature one : T -> R) zeta1 zeta2 zeta12 :
    0 <= zeta1 -> (forall t, support C t -> Rabs (curvature t) <= p1) ->
    (forall t, support C t -> Rabs (one t) <= zeta1) ->
    (forall t, support C t -> bend t = curvature t * one t * z2 t) ->
    (forall t, support C t -> Rabs (turn t) <= p0 * Rabs (z12 t)) -> norm z2 <= zeta2 -> norm z12 <= zeta12 ->
    norm (plus bend turn) <= p1 * zeta1 * zeta2 + p0 * zeta12.
  Proof.
    intros Hz Hc Ho Hb Ht L2 L12. apply Rle_trans with (1 := minkowski _ _), Rplus_le_compat.
    - apply (scaled bend z2 (fun t => curvature t * one t)); auto using Rmult_le_pos, at_most_product.
    - apply Rle_trans with (1 := elements_at_most C turn z12 p0 p0_nonneg Ht). now apply Rmult_le_compat_l.
  Qed.

  (** The second derivative of phi'(z) y, y being what arrives. *)
  (* Claim: network.second_backward *)
  Theorem message_bends (b3 b12 b1 b2 turn z2 z12 y2 y12 : elements) (twist curvature one y y1 : T -> R)
    zeta1 zeta2 zeta12 Y Y1 Y2 Y12 :
    0 <= zeta1 -> 0 <= Y -> 0 <= Y1 ->
    (forall t, support C t -> Rabs (twist t) <= p2) -> (forall t, support C t -> Rabs (curvature t) <= p1) ->
    (forall t, support C t -> Rabs (one t) <= zeta1) -> (forall t, support C t -> Rabs (y t) <= Y) ->
    (forall t, support C t -> Rabs (y1 t) <= Y1) ->
    (forall t, support C t -> b3 t = twist t * one t * y t * z2 t) ->
    (forall t, support C t -> b12 t = curvature t * y t * z12 t) ->
    (forall t, support C t -> b1 t = curvature t * one t * y2 t) ->
    (forall t, support C t -> b2 t = curvature t * y1 t * z2 t) ->
    (forall t, support C t -> Rabs (turn t) <= p0 * Rabs (y12 t)) ->
    norm z2 <= zeta2 -> norm z12 <= zeta12 -> norm y2 <= Y2 -> norm y12 <= Y12 ->
    norm (plus (plus (plus (plus b3 b12) b1) b2) turn)
    <= p2 * zeta1 * Y * zeta2 + p1 * Y * zeta12 + p1 * zeta1 * Y2 + p1 * Y1 * zeta2 + p0 * Y12.
  Proof.
    intros Hz HY HY1 Ht Hc Ho Hy Hy1 E3 E12 E1 E2 Hturn L2 L12 LY2 LY12.
    repeat (apply Rle_trans with (1 := minkowski _ _), Rplus_le_compat).
    - apply (scaled b3 z2 (fun t => twist t * one t * y t)); auto 6 using Rmult_le_pos, at_most_product.
    - apply (scaled b12 z12 (fun t => curvature t * y t)); auto using Rmult_le_pos, at_most_product.
    - apply (scaled b1 y2 (fun t => curvature t * one t)); auto using Rmult_le_pos, at_most_product.
    - apply (scaled b2 z2 (fun t => curvature t * y1 t)); auto using Rmult_le_pos, at_most_product.
    - apply Rle_trans with (1 := elements_at_most C turn y12 p0 p0_nonneg Hturn). now apply Rmult_le_compat_l.
  Qed.
End elements.

(** * All stages *)

(** Stage by stage at most h_m |u| |t|, so at most H |u| |t|. *)
(* Claim: network.second_order *)
Theorem direction_bends {T} (E : functional T) {U V : space} (gap h : lift E (fun _ => real_space)) (u : U) (t : V) c :
  (forall m, support E m -> Rabs (gap m) <= Rabs (h m) * (norm u * norm t)) -> norm h <= Rabs c ->
  norm gap <= Rabs c * (norm u * norm t).
Proof.
  intros Le Lh. pose proof (Rmult_le_pos _ _ (norm_nonneg u) (norm_nonneg t)) as P.
  apply Rle_trans with (norm u * norm t * norm h).
  - apply (elements_at_most E); [exact P|]. intros m Hm. rewrite Rmult_comm. now apply Le.
  - rewrite Rmult_comm. now apply Rmult_le_compat_r.
Qed.

(** * Along a segment *)

Section segment.
  Context {H : space}.

  (** [slope] is the derivative of [g] along the segment, seen by every vector. *)
  Definition derivative_of (g slope : R -> H) : Prop :=
    forall v s, 0 <= s <= 1 -> derivable_pt_lim (fun s => inner (g s) v) s (inner (slope s) v).

  Lemma inner_minus (u w v : H) : inner (minus u w) v = inner u v - inner w v.
  Proof. unfold minus. rewrite inner_plus, inner_scal. ring. Qed.

  Lemma at_most_norm (u : H) c : 0 <= c -> (inner u u <= c * norm u) -> norm u <= c.
  Proof.
    intros Hc L. destruct (Rle_lt_or_eq_dec _ _ (norm_nonneg u)) as [P|P]; [|lra].
    apply Rmult_le_reg_r with (1 := P). rewrite <- (norm_sq u) in L. lra.
  Qed.

  Variables (g slope bend : R -> H) (c : R).
  Hypothesis bounded : forall s, 0 <= s <= 1 -> norm (bend s) <= c.

  Lemma bound_nonneg : 0 <= c.
  Proof. pose proof (bounded 0 ltac:(lra)). pose proof (norm_nonneg (bend 0)). lra. Qed.

  (** A derivative of at most c changes the vector by at most c. *)
  Theorem slope_changes s : derivative_of slope bend -> 0 <= s <= 1 -> norm (minus (slope s) (slope 0)) <= c * s.
  Proof.
    intros D Hs. pose proof bound_nonneg as Pc. set (v := minus (slope s) (slope 0)).
    destruct (Rle_lt_or_eq_dec 0 s (proj1 Hs)) as [P|<-].
    - apply at_most_norm; [now apply Rmult_le_pos|].
      destruct (MVT_cor2 (fun s => inner (slope s) v) (fun s => inner (bend s) v) 0 s P) as (z & E & Hz);
        [intros z Hz; apply D; lra|].
      unfold v at 1. rewrite inner_minus, E.
      pose proof (inner_le_product (bend z) v c (norm v) (bounded z ltac:(lra)) (Rle_refl _)) as L.
      apply (Rmult_le_compat_r (s - 0)) in L; lra.
    - rewrite Rmult_0_r. apply Req_le, norm_null. unfold v, minus.
      rewrite !inner_plus, !inner_plus_r, !inner_scal, !inner_scal_r. ring.
  Qed.

  (** A second derivative of at most c keeps the vector within c/2 of value and slope at the start. *)
  Theorem half_of_the_bend : derivative_of g slope -> derivative_of slope bend ->
    norm (minus (minus (g 1) (g 0)) (slope 0)) <= c / 2.
  Proof.
    intros D D'. pose proof bound_nonneg as Pc. set (v := minus (minus (g 1) (g 0)) (slope 0)).
    apply at_most_norm; [lra|].
    set (psi s := inner (g s) v - (inner (slope 0) v * s + c * norm v / 2 * (s * s))).
    assert (Der : forall s, 0 <= s <= 1 -> derivable_pt_lim psi s
      (inner (slope s) v - (inner (slope 0) v * 1 + c * norm v / 2 * (1 * s + s * 1)))).
    { intros s Hs. apply derivable_pt_lim_minus; [now apply D|].
      apply derivable_pt_lim_plus; [apply derivable_pt_lim_scal, derivable_pt_lim_id|].
      apply derivable_pt_lim_scal, (derivable_pt_lim_mult id id); apply derivable_pt_lim_id. }
    destruct (MVT_cor2 psi _ 0 1 Rlt_0_1 Der) as (s & E & Hs).
    assert (Grow : inner (slope s) v - inner (slope 0) v <= c * s * norm v).
    { rewrite <- inner_minus. apply inner_le_product; [apply slope_changes; [exact D' | lra] | apply Rle_refl]. }
    unfold v at 1. rewrite !inner_minus. unfold psi in E. lra.
  Qed.
End segment.
