(** The hypotheses of Theorem 4 are jointly satisfiable, and not for a trivial reason.

    The instance of Witness.v with a direction that is not affine: (u - w) u/16 is added to the first element, u its
    forward and w its backward weight, so that H2 = 1/8 and HJ = 1/16 while the gradient is as it was. *)

From Coq Require Import Reals Lra Lia List Psatz.
From Analog Require Import Sums InnerProduct Expectation Windows Master Trajectory Descent Device Training AnalogSGD.
From Analog Require Import Witness FrozenRules FreeSequences FreeAsynchrony.
Import ListNotations.
Local Open Scope R_scope.

Definition bend (u w : V) : R := (u 0%nat 0%nat - w 0%nat 0%nat) * u 0%nat 0%nat / 16.
Definition bent (u w : V) (i : nat) : V := fun m c => G u w i m c + match m with O => bend u w | _ => 0 end.
Definition slope (w : V) (i : nat) (y : V) : V :=
  fun m c => grad y m c + match m with O => w 0%nat 0%nat * y 0%nat 0%nat / 16 | _ => 0 end.
Definition forward (i j : nat) : R := match i, j with O, O => 11 / 8 | 1%nat, 1%nat => 1 | _, _ => / 2 end.
Definition backward (i j : nat) : R := match i, j with O, O => / 8 | _, _ => 0 end.

Definition Wb : history -> V :=
  trained (ald 4) (/ 8) (fun ago i => bent (fun m => ago (d m) m) (ago 0%nat) i) W0.

Lemma trains_bent : run (ald 4) (/ 8) (fun h i => bent (late d Wb h) (Wb h) i) Wb.
Proof. exact (trained_runs 2 one (ald 4) (/ 8) (fun ago i => bent (fun m => ago (d m) m) (ago 0%nat) i) W0). Qed.

Lemma bounds y : Rabs y <= 2 -> -2 <= y <= 2.
Proof. unfold Rabs. destruct (Rcase_abs y); lra. Qed.

Lemma stays h m : met coin 2 h -> (m < 2)%nat -> Rabs (Wb h m 0%nat) <= / 2 * 4.
Proof.
  intros [R Len] Hm. destruct h as [|i [|j h]]; [| |simpl in Len; lia].
  - destruct m as [|m]; unfold Wb, trained, W0; simpl; unfold Rabs; destruct (Rcase_abs _); lra.
  - rewrite trains_bent, closed_form.
    destruct m as [|[|m]]; [| |lia]; destruct i as [|[|i]];
      unfold Wb, trained, late, bent, bend, G, grad, stage_gradient, W0, toss; simpl;
      unfold Rabs; repeat destruct (Rcase_abs _); lra.
Qed.

Lemma earlier k h : met coin 2 h -> met coin 2 (skipn k h).
Proof.
  intros [R L]. split; [now apply Rules.reachable_skipn | rewrite skipn_length; lia].
Qed.

(** All that is read is at most 2. *)
Definition small (w : V) : Prop := -2 <= w 0%nat 0%nat <= 2 /\ -2 <= w 1%nat 0%nat <= 2.

Lemma small_now h : met coin 2 h -> small (Wb h).
Proof.
  intros Met. pose proof (stays h 0 Met ltac:(lia)). pose proof (stays h 1 Met ltac:(lia)). split; apply bounds; lra.
Qed.

Lemma small_late h : met coin 2 h -> small (late d Wb h).
Proof.
  intros Met. unfold late, d. split; [apply (small_now (skipn 1 h)); now apply earlier | apply (small_now h Met)].
Qed.

Lemma small_frozen h : met coin 2 h -> small (Wb (skipn 1 h)).
Proof. intros Met. now apply small_now, earlier. Qed.

Lemma bend_changes u w u' w' : small u -> small w -> small u' -> small w' ->
  Rabs (bend u w - bend u' w') <= 3 / 8 * Rabs (u 0%nat 0%nat - u' 0%nat 0%nat)
    + / 8 * Rabs (w 0%nat 0%nat - w' 0%nat 0%nat).
Proof.
  intros (Hu & _) (Hw & _) (Hu' & _) (Hw' & _). unfold bend.
  set (a := u 0%nat 0%nat) in *. set (b := w 0%nat 0%nat) in *. set (a' := u' 0%nat 0%nat) in *.
  set (b' := w' 0%nat 0%nat) in *.
  replace ((a - b) * a / 16 - (a' - b') * a' / 16)
    with ((a + a' - b) / 16 * (a - a') + (- a' / 16) * (b - b')) by field.
  apply Rle_trans with (1 := Rabs_triang _ _), Rplus_le_compat; rewrite Rabs_mult;
    (apply Rmult_le_compat_r; [apply Rabs_pos | apply Rabs_le; lra]).
Qed.

Lemma bent_joint u w u' w' i m : small u -> small w -> small u' -> small w' -> (m < 2)%nat ->
  norm (minus (bent u w i) (bent u' w' i) m : euclid (one m))
  <= sum 2 (fun j => forward m j * norm (minus u u' j : euclid (one j))
    + backward m j * norm (minus w w' j : euclid (one j))).
Proof.
  intros Su Sw Su' Sw' Hm. unfold one. cbn [sum]. rewrite !norm_one.
  pose proof (bend_changes u w u' w' Su Sw Su' Sw') as B.
  destruct m as [|[|m]]; [| |lia].
  - replace (minus (bent u w i) (bent u' w' i) 0%nat 0%nat)
      with ((u 0%nat 0%nat - u' 0%nat 0%nat) + (/ 2 * (u 1%nat 0%nat - u' 1%nat 0%nat) + (bend u w - bend u' w')))
      by (unfold bent, minus, G, grad, stage_gradient; simpl; field).
    replace (minus u u' 0%nat 0%nat) with (u 0%nat 0%nat - u' 0%nat 0%nat) by (simpl; ring).
    replace (minus u u' 1%nat 0%nat) with (u 1%nat 0%nat - u' 1%nat 0%nat) by (simpl; ring).
    replace (minus w w' 0%nat 0%nat) with (w 0%nat 0%nat - w' 0%nat 0%nat) by (simpl; ring).
    unfold forward, backward. apply Rle_trans with (1 := Rabs_triang _ _).
    pose proof (Rabs_triang (/ 2 * (u 1%nat 0%nat - u' 1%nat 0%nat)) (bend u w - bend u' w')) as T2.
    rewrite Rabs_mult, (Rabs_pos_eq (/ 2)) in T2 by lra. lra.
  - replace (minus (bent u w i) (bent u' w' i) 1%nat 0%nat)
      with (/ 2 * (u 0%nat 0%nat - u' 0%nat 0%nat) + (u 1%nat 0%nat - u' 1%nat 0%nat))
      by (unfold bent, minus, G, grad, stage_gradient; simpl; field).
    replace (minus u u' 0%nat 0%nat) with (u 0%nat 0%nat - u' 0%nat 0%nat) by (simpl; ring).
    replace (minus u u' 1%nat 0%nat) with (u 1%nat 0%nat - u' 1%nat 0%nat) by (simpl; ring).
    unfold forward, backward. apply Rle_trans with (1 := Rabs_triang _ _).
    rewrite Rabs_mult, (Rabs_pos_eq (/ 2)) by lra. lra.
Qed.

Lemma slope_below w i y m : small w -> (m < 2)%nat ->
  norm (slope w i y m : euclid (one m)) <= sum 2 (fun j => forward m j * norm (y j : euclid (one j))).
Proof.
  intros (Hw & _) Hm. unfold one. cbn [sum]. rewrite !norm_one.
  destruct m as [|[|m]]; [| |lia]; unfold slope, grad, stage_gradient, forward.
  - replace (y 0%nat 0%nat + y 1%nat 0%nat / 2 + w 0%nat 0%nat * y 0%nat 0%nat / 16)
      with ((1 + w 0%nat 0%nat / 16) * y 0%nat 0%nat + / 2 * y 1%nat 0%nat) by field.
    apply Rle_trans with (1 := Rabs_triang _ _). rewrite !Rabs_mult, (Rabs_pos_eq (/ 2)) by lra.
    rewrite Rplus_0_l. apply Rplus_le_compat; [|apply Rle_refl].
    apply Rmult_le_compat_r; [apply Rabs_pos | apply Rabs_le; lra].
  - replace (y 1%nat 0%nat + y 0%nat 0%nat / 2 + 0) with (/ 2 * y 0%nat 0%nat + y 1%nat 0%nat) by field.
    apply Rle_trans with (1 := Rabs_triang _ _). rewrite Rabs_mult, (Rabs_pos_eq (/ 2)) by lra. lra.
Qed.

Lemma one_element (y : V) : y 1%nat 0%nat = 0 -> norm y = Rabs (y 0%nat 0%nat).
Proof.
  intros Z. unfold norm. rewrite inner_two, Z, Rmult_0_l, Rplus_0_r. apply sqrt_Rsqr_abs.
Qed.

Lemma element_short (y : V) m : (m < 2)%nat -> Rabs (y m 0%nat) <= norm y.
Proof.
  intros Hm. unfold norm. rewrite <- sqrt_Rsqr_abs. apply sqrt_le_1_alt. rewrite inner_two.
  pose proof (Rle_0_sqr (y 0%nat 0%nat)). pose proof (Rle_0_sqr (y 1%nat 0%nat)). unfold Rsqr in *.
  destruct m as [|[|m]]; [lra | lra | lia].
Qed.

Lemma bent_second u w i :
  norm (minus (minus (bent u w i) (bent w w i)) (slope w i (minus u w))) <= (/ 8) / 2 * norm (minus u w) ^ 2.
Proof.
  rewrite one_element by (unfold minus, bent, slope, G, grad, stage_gradient; simpl; field).
  replace (minus (minus (bent u w i) (bent w w i)) (slope w i (minus u w)) 0%nat 0%nat)
    with ((/ 8) / 2 * (minus u w 0%nat 0%nat) ^ 2)
    by (unfold minus, bent, bend, slope, G, grad, stage_gradient; simpl; field).
  rewrite Rabs_mult, Rabs_pos_eq, (Rabs_pos_eq ((minus u w 0%nat 0%nat) ^ 2)) by (apply pow2_ge_0 || lra).
  apply Rmult_le_compat_l; [lra|]. rewrite <- pow2_abs. apply pow_incr.
  split; [apply Rabs_pos | apply element_short; lia].
Qed.

Lemma slope_moves w w' i y : norm (minus (slope w i y) (slope w' i y)) <= / 16 * (norm (minus w w') * norm y).
Proof.
  rewrite one_element by (unfold minus, slope; simpl; ring).
  replace (minus (slope w i y) (slope w' i y) 0%nat 0%nat) with (/ 16 * (minus w w' 0%nat 0%nat * y 0%nat 0%nat))
    by (unfold minus, slope; simpl; field).
  rewrite !Rabs_mult, (Rabs_pos_eq (/ 16)) by lra. apply Rmult_le_compat_l; [lra|].
  apply Rmult_le_compat; try apply Rabs_pos; apply element_short; lia.
Qed.

Lemma bent_size u w i : small u -> small w -> norm (bent u w i) <= 5.
Proof.
  intros (Hu & Hu1) (Hw & Hw1). apply norm_le; [lra|]. rewrite inner_two.
  assert (B : - / 2 <= bend u w <= / 2).
  { unfold bend. set (a := u 0%nat 0%nat) in *. set (b := w 0%nat 0%nat) in *. nra. }
  unfold bent, G, grad, stage_gradient.
  set (a := u 0%nat 0%nat) in *. set (b := u 1%nat 0%nat) in *.
  assert (T : - / 4 <= toss i <= / 4) by (unfold toss; destruct i; lra).
  assert (-15 / 4 <= a + b / 2 + toss i + bend u w <= 15 / 4) by lra.
  assert (-13 / 4 <= b + a / 2 + toss i + 0 <= 13 / 4) by lra.
  simpl (match _ with _ => _ end). nra.
Qed.

Lemma delay_forward (y : euclid 2) : norm (sensitivity_of 2 forward (fun j => INR (d j) * y j)) <= 3 / 2 * norm y.
Proof.
  rewrite <- (Rabs_pos_eq (3 / 2)) by lra. rewrite <- norm_scal. apply sqrt_le_1_alt.
  unfold sensitivity_of, forward. simpl. pose proof (pow2_ge_0 (y 0%nat)). pose proof (pow2_ge_0 (y 1%nat)). nra.
Qed.

Lemma delay_forward_root (y : euclid 2) :
  norm (sensitivity_of 2 forward (fun j => sqrt (INR (d j)) * y j)) <= 3 / 2 * norm y.
Proof.
  apply Rle_trans with (2 := delay_forward y), Req_le. unfold sensitivity_of. f_equal.
  apply FunctionalExtensionality.functional_extensionality. intros i. apply sum_ext. intros [|j] _; simpl.
  - now rewrite sqrt_1.
  - now rewrite sqrt_0.
Qed.

Lemma joint_whole (y : euclid 2) :
  norm (sensitivity_of 2 (fun i j => forward i j + backward i j) (fun j => 1 * y j)) <= 2 * norm y.
Proof.
  rewrite <- (Rabs_pos_eq 2) by lra. rewrite <- norm_scal. apply sqrt_le_1_alt.
  unfold sensitivity_of, forward, backward. simpl. set (a := y 0%nat). set (b := y 1%nat).
  pose proof (pow2_ge_0 a). pose proof (pow2_ge_0 b). pose proof (pow2_ge_0 (a - b)). nra.
Qed.

Lemma bend_now w : bend w w = 0.
Proof. unfold bend. field. Qed.

Lemma bent_unbiased w h m c : given coin h (fun i => bent w w i m c) = grad w m c.
Proof. unfold bent. rewrite bend_now. destruct m as [|[|m]]; simpl; field. Qed.

Lemma bent_variance w h : given coin h (fun i => norm (minus (bent w w i) (grad w)) ^ 2) <= (/ 2) ^ 2.
Proof.
  rewrite (apply_ext (given coin h) _ (fun _ => / 8)).
  - rewrite given_const. lra.
  - intros i _. rewrite norm_sq, inner_two. unfold minus, bent, G. rewrite bend_now. destruct i; simpl; field.
Qed.

Lemma bent_stage_variance w h m : (m < 2)%nat ->
  given coin h (fun i => norm (minus (bent w w i) (grad w) m : euclid (one m)) ^ 2) <= (/ 4) ^ 2.
Proof.
  intros Hm. rewrite (apply_ext (given coin h) _ (fun _ => / 16)).
  - rewrite given_const. lra.
  - intros i _. unfold one. rewrite norm_one, pow2_abs. unfold minus, bent, G. rewrite bend_now.
    destruct m as [|[|m]]; [| |lia]; destruct i; simpl; field.
Qed.

Lemma mean_below h (y : nat -> R) c : (forall i, y i <= c) -> given coin h y <= c.
Proof. intros L. rewrite <- (given_const coin h c). apply apply_le. auto. Qed.

Lemma visited_small h u w : met coin 2 h ->
  visited 2 one Wb d 1 h u w -> small u /\ small w.
Proof.
  intros Met [[-> ->]|[[-> ->]|[-> ->]]]; split; auto using small_now, small_late, small_frozen.
Qed.

(** Theorem 4 applies to it: sigma = 1/2, D = 1, and every other constant is positive. *)
Theorem free_witness :
  let A := average_squared_gradient coin 2 one 2 grad Wb in
  let k := kappa (/ 2) 2 (3 / 2 * / 2) (/ 4)
    (norm (sensitivity_of 2 forward (fun m => sqrt (INR (d m)) * / 4)))
    (frozen_radius (/ 2) (INR (Nat.min 1 2) / INR 2 * norm (grad (Wb [])) ^ 2) A) in
  let eta := curved (/ 2) 5 (/ 8) (/ 16) in
  exists Y a, feasible_free ((f (Wb []) - 0) / (/ 8 * 1 * INR 2)) (/ 8 * 1 * (3 / 2)) (/ 2)
    (/ 2 * radius (/ 2) A) ((1 + / 2) * (/ 8 * 1) * (3 / 2))
    (e0 (/ 8 * 1) (/ 2) (3 / 2 * / 2) k eta (INR 1) (/ 2))
    (e1 (/ 8 * 1) (/ 2) (3 / 2) (3 / 2 * / 2) k eta (INR 1) (/ 2)) (e2 (/ 8 * 1) eta (INR 1)) A Y a.
Proof.
  apply (free_asynchrony coin 2 one 2 f grad everywhere bent slope Wb (fun _ _ => ald 4) (/ 8) 1 (/ 2) (/ 4) (3 / 2)
    (/ 2) 0 (3 / 2) 2 5 (/ 8) (/ 16) d 1 forward backward); try lra; try lia; unfold everywhere;
    auto using gradient, smooth.
  - exact trains_bent.
  - intros h _ _. unfold f. set (a := Wb h 0%nat 0%nat). set (b := Wb h 1%nat 0%nat).
    pose proof (pow2_ge_0 (a + b)). pose proof (pow2_ge_0 a). pose proof (pow2_ge_0 b). lra.
  - intros. apply bent_unbiased.
  - intros. apply bent_variance.
  - intros h h' i. reflexivity.
  - intros h i m c Met Next Hm Hc. apply linear_responds; try lra. replace c with 0%nat by (unfold one in Hc; lia).
    now apply stays.
  - intros h i m c Met Next Hm Hc. apply linear_drift_lipschitz; try lra.
    replace c with 0%nat by (unfold one in Hc; lia). now apply stays.
  - intros [|[|m]] Hm; simpl; lia.
  - intros i j _ _. unfold forward. destruct i as [|[|i]], j as [|[|j]]; lra.
  - intros i j _ _. unfold backward. destruct i as [|[|i]], j as [|[|j]]; lra.
  - intros h i m u w u' w' Met Next Hm Vis Vis'.
    destruct (visited_small h u w Met Vis), (visited_small h u' w' Met Vis'). now apply bent_joint.
  - exact joint_whole.
  - intros w i y z m c. unfold slope, grad, stage_gradient. destruct m as [|[|m]]; simpl; field.
  - intros w i a y m c. unfold slope, grad, stage_gradient. destruct m as [|[|m]]; simpl; field.
  - intros h i y m Met Next Hm. apply slope_below; [now apply small_now | exact Hm].
  - intros h i _ _. apply bent_second.
  - intros h i _ _. apply slope_moves.
  - intros _ h Met. split; apply mean_below; intros i; apply bent_size; auto using small_now, small_late.
  - exact delay_forward.
  - intros m. lra.
  - intros h m Met Hm. now apply bent_stage_variance.
  - exact delay_forward_root.
Qed.

(** And so does its form for the distortion met along the run, with the share w/tau of the linear device. *)
Theorem free_witness_adaptive :
  let A := average_squared_gradient coin 2 one 2 grad Wb in
  let k := kappa (/ 2) 2 (3 / 2 * / 2) ((1 + 2 * / 2) * / 4)
    (norm (sensitivity_of 2 forward (fun m => sqrt (INR (d m)) * / 4)))
    (frozen_radius (/ 2) (INR (Nat.min 1 2) / INR 2 * norm (grad (Wb [])) ^ 2) A) in
  let eta := curved (/ 2) 5 (/ 8) (/ 16) in
  let noise := noise_shared coin 2 one 2 grad bent Wb (fun _ _ w => w / 4) in
  exists Y a, feasible_free ((f (Wb []) - 0) / (/ 8 * 1 * INR 2)) (/ 8 * 1 * (3 / 2)) (/ 2)
    (sqrt ((/ 2) ^ 2 * A + noise)) ((1 + / 2) * (/ 8 * 1) * (3 / 2))
    (e0 (/ 8 * 1) (/ 2) (3 / 2 * / 2) k eta (INR 1) (/ 2))
    (e1 (/ 8 * 1) (/ 2) (3 / 2) (3 / 2 * / 2) k eta (INR 1) (/ 2)) (e2 (/ 8 * 1) eta (INR 1)) A Y a.
Proof.
  apply (free_asynchrony_adaptive coin 2 one 2 f grad everywhere bent slope Wb (fun _ _ => ald 4) (/ 8) 1 (/ 2) (/ 4)
    (3 / 2) (/ 2) 0 (3 / 2) 2 5 (/ 8) (/ 16) d 1 forward backward); try lra; try lia; unfold everywhere;
    auto using gradient, smooth.
  - exact trains_bent.
  - intros h _ _. unfold f. set (a := Wb h 0%nat 0%nat). set (b := Wb h 1%nat 0%nat).
    pose proof (pow2_ge_0 (a + b)). pose proof (pow2_ge_0 a). pose proof (pow2_ge_0 b). lra.
  - intros. apply bent_unbiased.
  - intros. apply bent_variance.
  - intros h h' i. reflexivity.
  - intros h i m c Met Next Hm Hc. apply linear_responds; try lra. replace c with 0%nat by (unfold one in Hc; lia).
    now apply stays.
  - intros h i m c Met Next Hm Hc. apply linear_drift_lipschitz; try lra.
    replace c with 0%nat by (unfold one in Hc; lia). now apply stays.
  - intros [|[|m]] Hm; simpl; lia.
  - intros i j _ _. unfold forward. destruct i as [|[|i]], j as [|[|j]]; lra.
  - intros i j _ _. unfold backward. destruct i as [|[|i]], j as [|[|j]]; lra.
  - intros h i m u w u' w' Met Next Hm Vis Vis'.
    destruct (visited_small h u w Met Vis), (visited_small h u' w' Met Vis'). now apply bent_joint.
  - exact joint_whole.
  - intros w i y z m c. unfold slope, grad, stage_gradient. destruct m as [|[|m]]; simpl; field.
  - intros w i a y m c. unfold slope, grad, stage_gradient. destruct m as [|[|m]]; simpl; field.
  - intros h i y m Met Next Hm. apply slope_below; [now apply small_now | exact Hm].
  - intros h i _ _. apply bent_second.
  - intros h i _ _. apply slope_moves.
  - intros _ h Met. split; apply mean_below; intros i; apply bent_size; auto using small_now, small_late.
  - exact delay_forward.
  - intros m. lra.
  - intros h m Met Hm. now apply bent_stage_variance.
  - intros h m c Met Hm Hc. replace c with 0%nat by (unfold one in Hc; lia).
    apply saturation_ratio; [lra | now apply stays].
  - intros h i m c Met _ Hm Hc. replace c with 0%nat by (unfold one in Hc; lia).
    apply (linear_share 4 (/ 2) (/ 8) _ 0); try lra. now apply stays.
  - intros h m c Met Hm Hc. replace c with 0%nat by (unfold one in Hc; lia).
    apply (linear_share 4 (/ 2) (/ 8) _ _ 0); try lra. now apply stays.
  - exact delay_forward_root.
Qed.

(** The lag is felt, the noise is there, the device distorts and sees that the weight has moved, the gradient is not
    zero, and the staleness is not what the derivative at either point makes of it. *)
Theorem free_not_trivial :
  let w := Wb [0%nat] in let u := late d Wb [0%nat] in let w0 := Wb [] in
  u 0%nat 0%nat <> w 0%nat 0%nat /\ bent w0 w0 0 0%nat 0%nat <> grad w0 0%nat 0%nat /\ grad w0 0%nat 0%nat <> 0 /\
  w 0%nat 0%nat <> w0 0%nat 0%nat - / 8 * bent w0 w0 0 0%nat 0%nat /\
  device_drift (ald 4) (/ 8) 1 (w 0%nat 0%nat) 1 <> device_drift (ald 4) (/ 8) 1 (w0 0%nat 0%nat) 1 /\
  slope w 0 (minus u w) 0%nat 0%nat <> slope w0 0 (minus u w) 0%nat 0%nat /\
  bent u w 0 0%nat 0%nat - bent w w 0 0%nat 0%nat <> slope w 0 (minus u w) 0%nat 0%nat.
Proof.
  intros w u w0. unfold u, w, w0. rewrite !linear_drift by lra.
  assert (E0 : Wb [0%nat] 0%nat 0%nat = 55 / 128).
  { rewrite (trains_bent [] 0%nat 0%nat 0%nat), closed_form.
    unfold Wb, trained, late, bent, bend, G, grad, stage_gradient, W0, toss, d; simpl.
    unfold Rabs; repeat destruct (Rcase_abs _); lra. }
  assert (E1 : Wb [0%nat] 1%nat 0%nat = - / 2).
  { rewrite (trains_bent [] 0%nat 1%nat 0%nat), closed_form.
    unfold Wb, trained, late, bent, bend, G, grad, stage_gradient, W0, toss, d; simpl.
    unfold Rabs; repeat destruct (Rcase_abs _); lra. }
  unfold late, d, bent, bend, slope, G, grad, stage_gradient, minus, toss. simpl. rewrite E0, E1.
  rewrite ?Rabs_R1. unfold Wb, trained, W0. simpl. repeat split; lra.
Qed.

Print Assumptions free_witness.
Print Assumptions free_witness_adaptive.
